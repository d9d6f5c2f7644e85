//! `analysis.html`: everything in one file.

use std::fmt::Write;

use super::pictures::ARROW_GAIN;

/// An interval as the page shows it.
pub(crate) struct Shown {
    pub(crate) title: String,
    /// Names of classes and their probabilities; none where it could not be classified.
    pub(crate) classes: Vec<(String, f64)>,
    /// Why it could not be classified.
    pub(crate) note: Option<String>,
    /// Captions and addresses of pictures.
    pub(crate) pictures: Vec<(String, String)>,
}

const STYLE: &str = "body{font-family:system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem;color:#223;line-height:1.4}\
    h1{font-size:1.4rem}h2{font-size:1.1rem;margin:.2rem 0 .6rem}.wide{overflow-x:auto}.wide:focus-visible{outline:3px solid #1a5fb4;outline-offset:2px}.wide svg{min-width:640px;width:100%}\
    section{border:1px solid #ccd;border-radius:8px;padding:.8rem;margin:1rem 0}\
    .pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:.6rem;margin-top:.6rem}\
    figure{margin:0}figure img{width:100%;height:auto;border-radius:4px;display:block}figcaption{font-size:.8rem;color:#556}\
    .bar{display:grid;grid-template-columns:6rem 1fr 3.2rem;gap:.5rem;align-items:center;font-size:.9rem;max-width:30rem}\
    .bar div{background:#eef;border-radius:3px}.bar i{display:block;height:.8rem;background:#2f6fb0;border-radius:3px}";

/// The page.
pub(crate) fn page(recording: &str, summary: &str, timeline: &str, shown: &[Shown]) -> String {
    let name = escaped(recording);
    let mut html = format!(
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width,initial-scale=1'>\
         <title>{name}: expressions</title><style>{STYLE}</style></head><body><main><h1>{name}</h1><p>{}</p>\
         <p>Motion of each part of the face beside the head's (square roots, one scale); micro-expressions orange with a dashed \
         outline, macro-expressions blue.</p>\
         <div class='wide' tabindex='0' role='group' aria-label='Timeline'>{timeline}</div>",
        escaped(summary)
    );
    for interval in shown {
        section(&mut html, interval);
    }
    let _ = writeln!(
        html,
        "<p><small>Arrows: motion from onset to apex beside the head's, {ARROW_GAIN:.0} times as long. Discs: how far the answer's \
         probability falls without the landmark, redder and larger for more. Probabilities are a model's, not a diagnosis; \
         models trained on micro-expressions also answer for macro-expressions, for which they were not made.</small></p></main></body></html>"
    );
    html
}

fn section(html: &mut String, interval: &Shown) {
    let _ = write!(html, "<section><h2>{}</h2>", escaped(&interval.title));
    if let Some(note) = &interval.note {
        let _ = write!(html, "<p>Not classified: {}</p>", escaped(note));
    }
    for (class, probability) in &interval.classes {
        let percent = 100.0 * probability;
        let class = escaped(class);
        let _ = write!(
            html,
            "<div class='bar'><span>{class}</span><div><i style='width:{percent:.1}%'></i></div><span>{percent:.0} %</span></div>"
        );
    }
    html.push_str("<div class='pictures'>");
    for (caption, address) in &interval.pictures {
        let caption = escaped(caption);
        let _ = write!(
            html,
            "<figure><img src='{address}' alt='{caption}'><figcaption>{caption}</figcaption></figure>"
        );
    }
    html.push_str("</div></section>");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;")
}
