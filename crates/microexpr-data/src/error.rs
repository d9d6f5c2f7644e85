use std::path::PathBuf;

/// What can go wrong with datasets on disk.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// No root was given, neither by argument nor by environment variable.
    #[error("no root of {dataset} given: name a folder, or set the environment variable {variable}")]
    NoRoot {
        /// The dataset.
        dataset: &'static str,
        /// The environment variable that may hold the root.
        variable: &'static str,
    },
    /// No root of the composite was given, and not all of its datasets have one.
    #[error(
        "no root of composite given: name the folder that holds the three datasets, or set COMPOSITE_ROOT, or all of \
         SMIC_ROOT, SAMM_ROOT and CASME2_ROOT; not set: {missing}"
    )]
    NoCompositeRoot {
        /// The variables that are not set.
        missing: String,
    },
    /// The root does not hold the dataset.
    #[error("{path}: expected {expected}; found {found}", path = path.display())]
    WrongRoot {
        /// The root as given.
        path: PathBuf,
        /// The layout that was looked for.
        expected: String,
        /// What is there instead.
        found: String,
    },
    /// The root holds the dataset more than once.
    #[error(
        "{path}: several copies of the dataset ({copies}); name one of them as root",
        path = path.display()
    )]
    SeveralRoots {
        /// The root as given.
        path: PathBuf,
        /// The copies, separated by commas.
        copies: String,
    },
    /// A name that is no dataset layout.
    #[error("unknown dataset {found:?}, expected smic, samm, casme, casme2, casme3, composite or manifest")]
    UnknownLayout {
        /// The rejected name.
        found: String,
    },
    /// A folder cannot be read.
    #[error("{path}: cannot be read as a folder", path = path.display())]
    ReadFolder {
        /// The folder.
        path: PathBuf,
        /// The reason given by the system.
        #[source]
        source: std::io::Error,
    },
    /// A workbook, in a program that was built without reading them.
    #[error("{path}: this program was built without the feature `xlsx` and reads no workbooks: save it as .csv", path = path.display())]
    WorkbooksLeftOut {
        /// The file.
        path: PathBuf,
    },
    /// A workbook of annotations cannot be read.
    #[error("{path}: cannot be read as a workbook", path = path.display())]
    #[cfg(feature = "xlsx")]
    ReadWorkbook {
        /// The file.
        path: PathBuf,
        /// The reader's reason.
        #[source]
        source: Box<calamine::Error>,
    },
    /// An old workbook that is none, or would take more room than its cells need.
    #[error("{path}: cannot be read as a workbook", path = path.display())]
    #[cfg(feature = "xlsx")]
    OldWorkbook {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: crate::OldWorkbookError,
    },
    /// A table of annotations in a format that is not read.
    #[error("{path}: expected a table of annotations as .xlsx, .xls, .xlsb or .csv: save it as one of them", path = path.display())]
    TableFormat {
        /// The file.
        path: PathBuf,
    },
    /// A CSV file cannot be read.
    #[error("{path}: cannot be read as CSV", path = path.display())]
    ReadCsv {
        /// The file.
        path: PathBuf,
        /// The reader's reason.
        #[source]
        source: csv::Error,
    },
    /// A text file in an unknown encoding.
    #[error(
        "{path}: is neither UTF-8 nor UTF-16 with its mark: save it as \"CSV UTF-8\"",
        path = path.display()
    )]
    Encoding {
        /// The file.
        path: PathBuf,
    },
    /// A line of a table of classes that is none.
    #[error(
        "{path}: line {line}: expected label,class with a class of its own for every label; found {found}",
        path = path.display()
    )]
    ClassRow {
        /// The file.
        path: PathBuf,
        /// Line in the file, from 1.
        line: u64,
        /// What stands there.
        found: String,
    },
    /// A name that is no set of classes.
    #[error("unknown classes {found:?}, expected one of {expected}, or a table of label,class")]
    UnknownClasses {
        /// The rejected name.
        found: String,
        /// The known names.
        expected: String,
    },
    /// No row of a workbook is its header.
    #[error(
        "{path}: expected a header row with the columns Subject and Filename; found none",
        path = path.display()
    )]
    NoHeader {
        /// The file.
        path: PathBuf,
    },
    /// A workbook that holds no expressions of long recordings.
    #[error(
        "{path}: expected the workbook of SAMM Long Videos or of CAS(ME)², with micro or macro in the eighth column; found \
         neither",
        path = path.display()
    )]
    NotLongRecordings {
        /// The file.
        path: PathBuf,
    },
    /// A table lacks a column.
    #[error("{path}: expected a column {expected}; found {found}", path = path.display())]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// Name of the column.
        expected: &'static str,
        /// The columns that are there.
        found: String,
    },
    /// A row of a list of clips that is none.
    #[error(
        "{path}: line {line}: expected database,subject,clip,label with the label 0, 1 or 2 (negative, positive, \
         surprise); found {found}",
        path = path.display()
    )]
    CompositeRow {
        /// The file.
        path: PathBuf,
        /// Line in the file, from 1.
        line: u64,
        /// The row.
        found: String,
    },
}
