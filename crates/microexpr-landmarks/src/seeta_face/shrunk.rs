//! Pictures made smaller, as the detector looks at them: by a triangle as wide as two of the small picture's pixels.

use image::GrayImage;
use microexpr_core::vectorized;

/// The picture at another size, at most its own: the values of the `image` crate's `FilterType::Triangle` in a small part of the time.
pub(super) fn shrunk(image: &GrayImage, width: u32, height: u32) -> GrayImage {
    let [columns, rows] = [(image.width(), width), (image.height(), height)].map(|(from, to)| taps(from, to));
    let pixels = image.as_raw();
    let mut line = vec![0.0; image.width() as usize];
    let mut values = Vec::with_capacity((width * height) as usize);
    for row in &rows {
        line.fill(0.0);
        for (pixels, weight) in pixels.chunks_exact(line.len()).skip(row.first).zip(&row.weights) {
            add_scaled(&mut line, *weight, pixels);
        }
        values.extend(columns.iter().map(|column| {
            let sum = line[column.first..].iter().zip(&column.weights).map(|(value, weight)| value * weight);
            sum.sum::<f32>().round().clamp(0.0, 255.0) as u8
        }));
    }
    GrayImage::from_raw(width, height, values).expect("a value for every pixel")
}

/// The pixels along one axis that a pixel of the small picture is made of.
struct Taps {
    first: usize,
    /// Sum 1.
    weights: Vec<f32>,
}

fn taps(from: u32, to: u32) -> Vec<Taps> {
    let scale = f64::from(from) / f64::from(to);
    let tap = |place: u32| {
        let middle = (f64::from(place) + 0.5) * scale;
        let first = (middle - scale).floor().max(0.0) as usize;
        let behind = (middle + scale).ceil().min(f64::from(from)) as usize;
        let weight = |i: usize| (1.0 - (i as f64 + 0.5 - middle).abs() / scale).max(0.0);
        let sum: f64 = (first..behind).map(weight).sum();
        Taps { first, weights: (first..behind).map(|i| (weight(i) / sum) as f32).collect() }
    };
    (0..to).map(tap).collect()
}

vectorized! {
    /// `sums += weight · pixels`.
    fn add_scaled(sums: &mut [f32], weight: f32, pixels: &[u8]) {
        sums.iter_mut().zip(pixels).for_each(|(sum, pixel)| *sum += weight * f32::from(*pixel));
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use image::imageops::{self, FilterType};

    use super::*;

    #[test]
    fn pictures_are_shrunk_as_by_the_image_crate() {
        for (from, to) in
            [((640, 480), (213, 160)), ((97, 61), (96, 13)), ((50, 40), (1, 1)), ((9, 7), (9, 7))]
        {
            let image =
                GrayImage::from_fn(from.0, from.1, |x, y| Luma([(x * x + 31 * y * y + x * y * 7) as u8]));
            let expected = imageops::resize(&image, to.0, to.1, FilterType::Triangle);
            let found = shrunk(&image, to.0, to.1);
            assert_eq!(found.dimensions(), to);
            // Sums in another order: one of many thousand values may be rounded the other way.
            let differ = found.as_raw().iter().zip(expected.as_raw()).filter(|(a, b)| a != b);
            let differ: Vec<_> = differ.collect();
            assert!(
                differ.iter().all(|(a, b)| a.abs_diff(**b) == 1) && differ.len() * 1000 <= found.len(),
                "{differ:?}"
            );
        }
    }
}
