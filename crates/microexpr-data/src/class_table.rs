//! Classes of the user's own: a table of labels.

use std::path::Path;

use crate::dataset::alphanumeric;
use crate::emotion::emotion;
use crate::{DataError, delimited};

/// Classes read from a file; a handle that is copied freely, its table stays in memory as long as the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClassTable(&'static Content);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Content {
    classes: Vec<&'static str>,
    /// Labels as [`alphanumeric`] and the place of their class.
    labels: Vec<(String, usize)>,
}

impl ClassTable {
    /// Reads a table: lines of `label,class`, with or without that heading. Classes are numbered in the order in which they first
    /// appear; labels that do not stand in it belong to none.
    ///
    /// # Errors
    ///
    /// [`DataError::ReadCsv`], [`DataError::Encoding`]; [`DataError::ClassRow`] naming the line of a row that is none, of a label
    /// that is given two classes, or of the end if there are fewer than two classes.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let path = path.as_ref();
        let mut content = Content { classes: Vec::new(), labels: Vec::new() };
        let mut last = 1;
        for (line, row) in delimited::rows(path)? {
            last = line;
            let cells: Vec<&str> = row.iter().collect();
            content.add(&cells).map_err(|found| DataError::ClassRow {
                path: path.to_owned(),
                line,
                found,
            })?;
        }
        if content.classes.len() < 2 {
            let found = format!("{} classes in the whole table", content.classes.len());
            return Err(DataError::ClassRow { path: path.to_owned(), line: last, found });
        }
        Ok(Self(Box::leak(Box::new(content))))
    }

    /// Names of the classes.
    #[must_use]
    pub fn classes(self) -> &'static [&'static str] {
        &self.0.classes
    }

    /// Class of a label: as it is spelt in the table, else as another spelling of the same emotion.
    #[must_use]
    pub fn class_of(self, label: &str) -> Option<usize> {
        let (spelt, meant) = (alphanumeric(label), emotion(label));
        let same = |known: &&(String, usize)| meant.is_some() && emotion(&known.0) == meant;
        let exact = self.0.labels.iter().find(|(known, _)| *known == spelt);
        exact.or_else(|| self.0.labels.iter().find(same)).map(|(_, class)| *class)
    }
}

impl Content {
    /// Takes in a row, or says what it is instead.
    fn add(&mut self, cells: &[&str]) -> Result<(), String> {
        let &[label, class] = cells else { return Err(format!("{:?}", cells.join(","))) };
        let key = alphanumeric(label);
        if self.labels.is_empty() && key == "label" && alphanumeric(class) == "class" {
            return Ok(());
        }
        if key.is_empty() || class.is_empty() {
            return Err(format!("{:?}", cells.join(",")));
        }
        let place = self.classes.iter().position(|known| *known == class).unwrap_or_else(|| {
            self.classes.push(Box::leak(class.to_owned().into_boxed_str()));
            self.classes.len() - 1
        });
        match self.labels.iter().find(|(known, _)| *known == key) {
            Some((_, earlier)) if *earlier != place => {
                Err(format!("{label:?} in the classes {:?} and {class:?}", self.classes[*earlier]))
            }
            Some(_) => Ok(()),
            None => {
                self.labels.push((key, place));
                Ok(())
            }
        }
    }
}
