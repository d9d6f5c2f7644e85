//! Files are whole or absent.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{Error, Write};

use microexpr_core::atomic_file;

#[test]
fn a_failed_write_leaves_the_old_file_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.txt");
    atomic_file::write(&path, b"old").unwrap();
    let failed = atomic_file::write_with(&path, |file| {
        file.write_all(b"half of the n")?;
        Err(Error::other("disk full"))
    });
    assert!(failed.unwrap_err().to_string().contains("out.txt"));
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn missing_parent_folders_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/out.txt");
    atomic_file::write(&path, b"text").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"text");
}
