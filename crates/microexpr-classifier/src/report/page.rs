use std::fmt::{Display, Write};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;\
background:#fff}h1{font-size:1.6rem;line-height:1.25;overflow-wrap:anywhere}h2{font-size:1.2rem;margin-top:2rem}\
table{border-collapse:collapse}td,th{padding:.25rem .8rem;border-bottom:1px solid #ddd;text-align:right;\
font-variant-numeric:tabular-nums}td:first-child,th:first-child{text-align:left}td.text,th.text{text-align:left}\
.scroll{overflow-x:auto}:focus-visible{outline:3px solid #1a5fb4;outline-offset:2px}svg{max-width:100%;height:auto}pre{background:#f6f6f6;padding:1rem;overflow-x:auto}\
.note{background:#fff6e0;padding:.5rem 1rem;overflow-wrap:anywhere}summary{cursor:pointer}figure{margin:1rem 0}\
figcaption{overflow-wrap:anywhere}.frames{display:flex;flex-wrap:wrap;gap:.5rem}.frames div{font-size:.85rem;flex:1 1 6rem;max-width:14rem}\
.frames img{display:block;width:100%;border-radius:2px}\
@media(max-width:40rem){td,th{padding:.25rem .4rem}.wide svg{max-width:none}}td svg{max-width:none}";

/// A whole page that needs nothing else, from its title and what stands below it.
pub(crate) fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8>\
         <meta name=viewport content='width=device-width,initial-scale=1'>\
         <title>{title}</title><style>{STYLE}</style><main><h1>{title}</h1>{body}</main></html>"
    )
}

/// Heading of a section.
pub(crate) fn section(page: &mut String, heading: &str) {
    let _ = write!(page, "<h2>{}</h2>", escape(heading));
}

/// The beginning of what scrolls by itself on a narrow screen: by keyboard, too, and with a name.
pub(crate) fn scrolling(class: &str, name: &str) -> String {
    format!("<div class='{class}' tabindex=0 role=group aria-label='{}'>", escape(name))
}

/// A table whose cells are HTML already; on a narrow screen it scrolls by itself.
pub(crate) fn table<R, C>(page: &mut String, head: &[&str], rows: R)
where
    R: IntoIterator<Item = Vec<C>>,
    C: Display,
{
    page.push_str(&scrolling("scroll", "Table"));
    page.push_str("<table><tr>");
    head.iter().for_each(|cell| {
        let _ = if cell.is_empty() { write!(page, "<td>") } else { write!(page, "<th scope=col>{cell}") };
    });
    for row in rows {
        page.push_str("<tr>");
        row.iter().for_each(|cell| {
            let _ = write!(page, "<td>{cell}");
        });
    }
    page.push_str("</table></div>");
}

/// UF1 and its interval on a line from 0 to 1, and where another's UF1 is.
pub(crate) fn uf1_bar(uf1: f64, (low, high): (f64, f64), other: f64) -> String {
    let x = |value: f64| 120.0 * value;
    format!(
        "<svg width=120 height=18 viewBox='0 0 120 18' role=img aria-label='UF1 {uf1:.3}, 95 % from {low:.3} to {high:.3}'>\
         <path d='M0 17H120' stroke='#ddd'/><rect x=0 y=5 width={w:.1} height=8 fill='#9ecae1'/>\
         <path d='M{a:.1} 9H{b:.1}M{a:.1} 5v8M{b:.1} 5v8' stroke='#1b1b1b' fill='none'/>\
         <path d='M{f:.1} 0V18' stroke='#d95f02' stroke-dasharray='3 2'/></svg>",
        w = x(uf1),
        a = x(low),
        b = x(high),
        f = x(other)
    )
}

/// Text as HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
