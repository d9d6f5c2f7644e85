//! Files that are either whole or absent.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::CoreError;

/// Writes a file through `write`: first beside its destination, then renamed onto it. A failure leaves what was there.
/// Missing parent folders are created.
///
/// # Errors
///
/// [`CoreError::Write`] naming the destination.
pub fn write_with(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut BufWriter<&mut fs::File>) -> io::Result<()>,
) -> Result<(), CoreError> {
    let path = path.as_ref();
    replace(path, write).map_err(|source| CoreError::Write { path: path.to_owned(), source })
}

/// Writes `bytes` as a whole file, see [`write_with`].
///
/// # Errors
///
/// [`CoreError::Write`] naming the destination.
pub fn write(path: impl AsRef<Path>, bytes: &[u8]) -> Result<(), CoreError> {
    write_with(path, |file| file.write_all(bytes))
}

/// Whether files can be written into `folder`, which is made if it is missing: to be asked before work whose result goes there.
///
/// # Errors
///
/// [`CoreError::Write`] naming the folder.
pub fn check_folder(folder: impl AsRef<Path>) -> Result<(), CoreError> {
    let folder = folder.as_ref();
    let tried = fs::create_dir_all(folder).and_then(|()| NamedTempFile::new_in(folder).map(drop));
    tried.map_err(|source| CoreError::Write { path: folder.to_owned(), source })
}

/// Whether a file can be written at `path`: to be asked before work whose result goes there.
///
/// # Errors
///
/// [`CoreError::Write`] naming the file.
pub fn check_file(path: impl AsRef<Path>) -> Result<(), CoreError> {
    let path = path.as_ref();
    let refused = |source| CoreError::Write { path: path.to_owned(), source };
    if path.is_dir() {
        return Err(refused(io::ErrorKind::IsADirectory.into()));
    }
    let folder = folder_of(path);
    let tried = fs::create_dir_all(folder).and_then(|()| NamedTempFile::new_in(folder).map(drop));
    tried.map_err(refused)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&mut fs::File>) -> io::Result<()>,
) -> io::Result<()> {
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    let mut writer = BufWriter::new(file.as_file_mut());
    write(&mut writer)?;
    writer.flush()?;
    drop(writer);
    open_to_readers(file.as_file())?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Temporary files start private to their owner; a result should be as readable as any other new file.
#[cfg(unix)]
fn open_to_readers(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn open_to_readers(_: &fs::File) -> io::Result<()> {
    Ok(())
}
