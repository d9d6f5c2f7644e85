//! Every link from one page to another leads somewhere.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The front page, the contributors' page, docs/ and the crates' pages.
fn pages() -> Vec<PathBuf> {
    let inside = |folder: &str| fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let docs = inside("docs").filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let crates = inside("crates").map(|folder| folder.join("README.md"));
    ["README.md", "CONTRIBUTING.md"]
        .map(|name| root().join(name))
        .into_iter()
        .chain(docs)
        .chain(crates)
        .collect()
}

/// Text without blocks and pieces of code.
fn prose(page: &str) -> String {
    let blocks = page.split("```").step_by(2).collect::<String>();
    blocks
        .lines()
        .filter(|line| !line.starts_with("    "))
        .fold(String::new(), |text, line| text + line + "\n")
}

/// What GitHub calls a heading's place: lower case, blanks as hyphens, other signs left out.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn has_anchor(page: &Path, place: &str) -> bool {
    let text = fs::read_to_string(page).unwrap();
    text.lines().any(|line| line.starts_with('#') && anchor(line) == place)
}

#[test]
fn links_within_the_repository_lead_somewhere() {
    let mut seen = 0;
    for page in pages() {
        let text = prose(&fs::read_to_string(&page).unwrap());
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
        for link in links {
            let own = "https://github.com/microexpr/microexpr/";
            let path = match link.strip_prefix(own) {
                Some(path) => {
                    root().join(path.trim_start_matches("blob/main/").trim_start_matches("tree/main/"))
                }
                None if link.contains("://") => continue,
                None => page.parent().unwrap().join(link),
            };
            let path = path.to_string_lossy().into_owned();
            let (path, place) =
                path.split_once('#').map_or((&*path, None), |(path, place)| (path, Some(place)));
            let target = if link.starts_with('#') { page.clone() } else { PathBuf::from(path) };
            assert!(target.exists(), "{}: {link}", page.display());
            assert!(place.is_none_or(|place| has_anchor(&target, place)), "{}: {link}", page.display());
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen} links");
}

/// `src/…` and `tests/…` that the map of the paper names.
#[test]
fn files_of_the_papers_map_exist() {
    let map = fs::read_to_string(root().join("docs/paper.md")).unwrap();
    let mut seen = 0;
    for name in
        map.split('`').skip(1).step_by(2).filter(|name| name.starts_with("microexpr-") && name.contains('/'))
    {
        assert!(root().join("crates").join(name).exists(), "{name}");
        seen += 1;
    }
    assert!(seen > 10, "{seen} files");
}
