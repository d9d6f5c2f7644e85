//! Finds the SeetaFace model that the `rustface` package carries, so that the crate can embed it.
//!
//! Looks, in this order, at `RUSTFACE_MODEL`, at what `cargo metadata --offline` says about `rustface`, and at sibling
//! folders (a vendored build has `../rustface`). Finding nothing is not an error: the model is then asked for at run time.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const MODEL: &str = "model/seeta_fd_frontal_v1.0.bin";
const MODEL_BYTES: u64 = 1_209_904;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=RUSTFACE_MODEL");
    println!("cargo:rustc-check-cfg=cfg(embedded_detector)");
    let Some(model) = candidates().into_iter().find(|p| is_model(p)) else {
        return;
    };
    println!("cargo:rerun-if-changed={}", model.display());
    let Some(out) = env::var_os("OUT_DIR") else { return };
    if fs::copy(&model, Path::new(&out).join("seeta_fd_frontal.bin")).is_ok() {
        println!("cargo:rustc-cfg=embedded_detector");
    }
}

fn candidates() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = env::var_os("RUSTFACE_MODEL").map(PathBuf::from).into_iter().collect();
    let Some(manifest) = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) else { return paths };
    paths.extend(from_metadata(&manifest));
    paths.extend(from_siblings(manifest.parent()));
    paths.extend(from_registry());
    paths
}

/// The folder of `rustface` as cargo itself resolved it.
fn from_metadata(manifest: &Path) -> Option<PathBuf> {
    let output = Command::new(env::var_os("CARGO")?)
        .args(["metadata", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(manifest.join("Cargo.toml"))
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let package = &text[text.find("\"name\":\"rustface\",\"version\":")?..];
    let path = package.split_once("\"manifest_path\":\"")?.1.split_once('"')?.0;
    Some(Path::new(&path.replace("\\\\", "\\")).parent()?.join(MODEL))
}

/// Vendored sources, or a registry in which this crate is itself a neighbour.
fn from_siblings(folder: Option<&Path>) -> Vec<PathBuf> {
    folder
        .and_then(|f| fs::read_dir(f).ok())
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .filter(|p| is_rustface(p))
        .map(|p| p.join(MODEL))
        .collect()
}

/// Every registry in cargo's home.
fn from_registry() -> Vec<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let registries = home.and_then(|h| fs::read_dir(h.join("registry/src")).ok());
    registries.into_iter().flatten().flatten().flat_map(|e| from_siblings(Some(&e.path()))).collect()
}

fn is_rustface(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    name == "rustface" || name.starts_with("rustface-0.1.")
}

fn is_model(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| m.len() == MODEL_BYTES)
}
