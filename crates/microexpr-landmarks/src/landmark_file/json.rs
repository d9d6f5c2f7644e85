use std::path::Path;

use microexpr_core::{Landmarks, Point};
use serde_json::Value;

use super::found_face::{FoundFace, Row, ibug68};
use super::wrong;
use crate::LandmarkError;

const CURE: &str = "expected {\"frames\": [[[x, y], …68], …]}, faces as `landmarks` writes them, or MediaPipe's face_landmarks";

/// The faces of a file, and the numbers of the frames (from 1) in which none was seen.
pub(super) fn parse(text: &str, path: &Path) -> Result<(Vec<FoundFace>, Vec<u64>), LandmarkError> {
    let file: Value =
        serde_json::from_str(text).map_err(|e| wrong(path, e.line() as u64, format!("{e}; {CURE}")))?;
    let frames: &[Value] = match &file {
        Value::Array(frames) => frames,
        Value::Object(fields) => match fields.get("frames") {
            Some(Value::Array(frames)) => frames,
            // One image's faces.
            _ => std::slice::from_ref(&file),
        },
        _ => return Err(wrong(path, 1, CURE.to_owned())),
    };
    let lines = element_lines(text);
    let (mut faces, mut lost) = (Vec::new(), Vec::new());
    for (index, frame) in frames.iter().enumerate() {
        let number = number_of(frame).unwrap_or(index as u64 + 1);
        let line = lines.get(index).copied().unwrap_or(1);
        let failed = |problem| wrong(path, line, format!("frame {number}: {problem}"));
        let before = faces.len();
        for face in faces_of(frame).ok_or_else(|| failed(CURE.to_owned()))? {
            let points = points_of(face).ok_or_else(|| failed(CURE.to_owned()))?;
            if let Row::Face(points) = ibug68(points).map_err(failed)? {
                faces.push(FoundFace { line, number, id: None, confidence: 1.0, points });
            }
        }
        if faces.len() == before {
            lost.push(number);
        }
    }
    Ok((faces, lost))
}

/// The lines on which the elements of the list of frames begin, in valid JSON: the list itself, or an object's field `frames`.
fn element_lines(text: &str) -> Vec<u64> {
    let in_list = if text.trim_start().starts_with('{') { 2 } else { 1 };
    let (mut lines, mut key, mut is_frames) = (Vec::new(), "", false);
    let (mut line, mut depth, mut element_follows) = (1, 0, false);
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        line += u64::from(byte == b'\n');
        if byte.is_ascii_whitespace() {
            continue;
        }
        if element_follows && byte != b']' {
            lines.push(line);
        }
        element_follows = byte == b',' && is_frames && depth == in_list;
        match byte {
            b'"' => {
                let mut is_escaped = false;
                let is_end = |(_, byte): &(usize, u8)| {
                    let is_end = *byte == b'"' && !is_escaped;
                    is_escaped = *byte == b'\\' && !is_escaped;
                    is_end
                };
                let end = bytes.find(is_end).map_or(text.len(), |(end, _)| end);
                key = &text[at + 1..end];
            }
            b'[' | b'{' => {
                depth += 1;
                if depth == in_list && byte == b'[' && (in_list == 1 || key == "frames") {
                    (is_frames, element_follows) = (true, true);
                }
            }
            b']' | b'}' => {
                is_frames &= depth > in_list;
                depth -= 1;
            }
            _ => {}
        }
    }
    lines
}

fn number_of(frame: &Value) -> Option<u64> {
    ["frame", "frame_number", "frame_index"].iter().find_map(|name| frame.get(name)?.as_u64())
}

/// The faces of a frame: none, one as a list of points, or several.
fn faces_of(frame: &Value) -> Option<Vec<&Value>> {
    const LISTS: [&str; 3] = ["faces", "face_landmarks", "multi_face_landmarks"];
    match frame {
        Value::Null => Some(Vec::new()),
        Value::Array(list) if list.first().is_none_or(|first| point_of(first).is_some()) => {
            Some(if list.is_empty() { Vec::new() } else { vec![frame] })
        }
        Value::Array(list) => Some(list.iter().collect()),
        Value::Object(fields) => match LISTS.iter().find_map(|name| fields.get(*name)) {
            Some(Value::Null) => Some(Vec::new()),
            Some(faces) => faces_of(faces),
            None => points_field(frame).map(|_| vec![frame]),
        },
        _ => None,
    }
}

fn points_field(face: &Value) -> Option<&Value> {
    ["points", "landmarks", "landmark"].iter().find_map(|name| face.get(name))
}

fn points_of(face: &Value) -> Option<Vec<Point>> {
    let list = if face.is_array() { face } else { points_field(face)? };
    list.as_array()?.iter().map(point_of).collect()
}

/// `[x, y]`, `[x, y, z]` or `{"x": …, "y": …}`.
fn point_of(value: &Value) -> Option<Point> {
    match value {
        Value::Array(numbers) if (2..=3).contains(&numbers.len()) => {
            Some([numbers[0].as_f64()?, numbers[1].as_f64()?])
        }
        Value::Object(fields) => Some([fields.get("x")?.as_f64()?, fields.get("y")?.as_f64()?]),
        _ => None,
    }
}

pub(super) fn format(frames: &[Landmarks]) -> String {
    let frames: Vec<&[Point]> = frames.iter().map(Landmarks::points).collect();
    serde_json::json!({ "frames": frames }).to_string() + "\n"
}
