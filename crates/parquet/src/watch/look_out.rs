//! The thread that looks for new files, and what it found.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::AcqRel, Ordering::Acquire, Ordering::Release};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use arrow_array::ArrayRef;
use arrow_select::concat::concat;
use kinetable_engine::{Error, ErrorKind, Graph, Result};
use parking_lot::Mutex;
use rayon::prelude::*;

use crate::counters::Counters;
use crate::dataset::{DataFile, Dataset, FILES_MAX, Files};
use crate::error::quoted;
use crate::file::{Footer, Look, look};
use crate::layout::{Layout, ListedFile, Listing, partition_columns, seen};
use crate::open::{by_values, counting};
use crate::prune::Value;
use crate::store::Location;

/// The shortest time between two looks.
const INTERVAL_MIN: Duration = Duration::from_millis(10);

/// Who looks for new files of a listing. The thread ends when nobody holds this any more.
pub(crate) struct Watch {
    pub(super) dataset: Arc<Dataset>,
    /// Files that tables show.
    shown: AtomicUsize,
    failure: Mutex<Option<Error>>,
    graph: Mutex<Option<Graph>>,
    /// What the graph calls before each cycle.
    show: Mutex<Option<Arc<dyn Fn() + Send + Sync>>>,
    is_hooked: AtomicBool,
}

impl Watch {
    /// Starts to look. The files of the dataset have been found whole.
    pub(crate) fn start(
        dataset: &Arc<Dataset>,
        root: Location,
        layout: Layout,
        interval: Duration,
    ) -> Result<Arc<Watch>> {
        let files = dataset.files();
        let watch = Arc::new(Watch {
            dataset: dataset.clone(),
            shown: AtomicUsize::new(files.list.len()),
            failure: Mutex::default(),
            graph: Mutex::default(),
            show: Mutex::default(),
            is_hooked: AtomicBool::default(),
        });
        let mut eyes = Eyes { root, layout, known: HashMap::new(), waiting: HashMap::new() };
        for file in &files.list {
            let look = file.known().and_then(|known| known.footer.look().cloned());
            eyes.known.extend(look.map(|look| (file.location.to_string(), look)));
        }
        let weak = Arc::downgrade(&watch);
        let interval = interval.max(INTERVAL_MIN);
        let spawned =
            thread::Builder::new().name("kinetable-watch".into()).spawn(move || run(&weak, eyes, interval));
        spawned
            .map_err(|error| Error::source(format!("cannot start a thread to watch a directory: {error}")))?;
        Ok(watch)
    }

    /// How many files tables show.
    pub(super) fn shown(&self) -> usize {
        self.shown.load(Acquire)
    }

    /// Why the tables of the listing cannot go on, if they cannot.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failure.lock().clone()
    }

    /// Shows files in the cycles of a graph from now on.
    pub(super) fn show_in(self: &Arc<Watch>, graph: &Graph) {
        if self.is_hooked.swap(true, AcqRel) {
            return;
        }
        let weak = Arc::downgrade(self);
        let show: Arc<dyn Fn() + Send + Sync> = Arc::new(move || {
            if let Some(watch) = weak.upgrade() {
                watch.shown.store(watch.dataset.files().list.len(), Release);
            }
        });
        graph.before_cycles(Arc::downgrade(&show));
        *self.show.lock() = Some(show);
        *self.graph.lock() = Some(graph.clone());
    }

    fn notify(&self) {
        if let Some(graph) = self.graph.lock().as_ref() {
            graph.notify();
        }
    }
}

/// What the thread knows.
struct Eyes {
    root: Location,
    layout: Layout,
    known: HashMap<String, Look>,
    /// Files that were not whole, as they looked when they were last tried.
    waiting: HashMap<String, Look>,
}

fn run(watch: &Weak<Watch>, mut eyes: Eyes, interval: Duration) {
    loop {
        thread::sleep(interval);
        let Some(watch) = watch.upgrade() else { return };
        match eyes.look(&watch.dataset) {
            Ok(0) => {}
            Ok(_) => watch.notify(),
            // What cannot be reached now may be reached later.
            Err(error) if error.kind() == ErrorKind::Source && !eyes.is_amiss() => {
                tracing::warn!(%error, root = %eyes.root, "a watched directory cannot be listed");
            }
            Err(error) => {
                *watch.failure.lock() = Some(error);
                watch.notify();
                return;
            }
        }
    }
}

impl Eyes {
    /// Looks once; how many files are new and whole.
    fn look(&mut self, dataset: &Dataset) -> Result<usize> {
        let mut listing = counting(&self.root, self.layout)?;
        for file in &mut listing.files {
            if let (None, Location::Local(path)) = (&file.look, &file.location) {
                file.look = seen(path);
            }
        }
        self.check(&listing)?;
        let is_new = |file: &ListedFile| {
            let name = file.location.to_string();
            let is_tried = file.look.is_some() && self.waiting.get(&name) == file.look.as_ref();
            !self.known.contains_key(&name) && !is_tried
        };
        let Listing { keys, files } = listing;
        let new: Vec<ListedFile> = files.into_iter().filter(is_new).collect();
        if new.is_empty() {
            return Ok(0);
        }
        if keys != dataset.keys {
            let message =
                format!("{} lies below the keys {keys:?}, not {:?}", quoted(&new[0].location), dataset.keys);
            return Err(
                Error::invalid(message).with_hint("the keys of a watched directory are those it began with")
            );
        }
        let found = whole(new.clone(), &dataset.counters);
        for file in new {
            self.waiting.extend(file.look.map(|look| (file.location.to_string(), look)));
        }
        for (file, footer) in &found {
            let name = file.location.to_string();
            self.waiting.remove(&name);
            self.known.extend(footer.look().cloned().map(|look| (name, look)));
        }
        let count = found.len();
        if count > 0 {
            extend(dataset, keys, found)?;
        }
        Ok(count)
    }

    /// Whether all files known are there, and what they were.
    fn check(&self, listing: &Listing) -> Result<()> {
        let seen = |file: &ListedFile| file.look.clone().map(|look| (file.location.to_string(), look));
        let seen: HashMap<String, Look> = listing.files.iter().filter_map(seen).collect();
        for (name, look) in &self.known {
            match seen.get(name) {
                Some(now) if now == look => {}
                Some(_) => return Err(amiss(name, "has changed")),
                None => return Err(amiss(name, "is gone")),
            }
        }
        Ok(())
    }

    /// Whether the directory cannot be listed because files known are gone.
    fn is_amiss(&self) -> bool {
        matches!(&self.root, Location::Local(path) if !path.exists()) && !self.known.is_empty()
    }
}

fn amiss(name: &str, what: &str) -> Error {
    Error::new(ErrorKind::Closed, format!("{} {what}, but its rows are in the table", quoted(name)))
        .with_hint("read the path again; files of a watched directory are added, never changed or removed")
}

/// The files that are whole, with their footers.
pub(crate) fn whole(files: Vec<ListedFile>, counters: &Arc<Counters>) -> Vec<(ListedFile, Footer)> {
    let try_one = |file: ListedFile| {
        let footer = Footer::read(&file.location, file.look.as_ref(), counters);
        let is_same = |footer: &Footer| look(&file.location).is_ok_and(|now| footer.look() == Some(&now));
        match footer {
            Ok(footer) if is_same(&footer) => Some((file, footer)),
            Ok(_) => None,
            Err(error) => {
                tracing::debug!(%error, "a file is not whole yet");
                None
            }
        }
    };
    files.into_par_iter().filter_map(try_one).collect()
}

/// Puts files behind those of a dataset, in the order of a listing.
fn extend(dataset: &Dataset, keys: Vec<String>, found: Vec<(ListedFile, Footer)>) -> Result<()> {
    let known = dataset.files();
    if known.list.len() + found.len() > FILES_MAX {
        return Err(Error::new(ErrorKind::Limit, format!("a table has at most {FILES_MAX} files")));
    }
    let files = found.iter().map(|(file, _)| file.clone()).collect();
    let columns = partition_columns(&Listing { keys, files }, Some(dataset.schema.as_ref()))?;
    let value = |number| columns.iter().map(|column| Value::at(&column.values, number)).collect::<Vec<_>>();
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|one, other| {
        by_values(&value(*one), &value(*other))
            .then_with(|| found[*one].0.location.cmp(&found[*other].0.location))
    });
    let places = arrow_array::UInt32Array::from_iter_values(order.iter().map(|place| *place as u32));
    let mut partitions: Vec<ArrayRef> = Vec::with_capacity(columns.len());
    for (column, before) in columns.iter().zip(&known.partitions) {
        let sorted = arrow_select::take::take(&column.values, &places, None)?;
        partitions.push(concat(&[before.as_ref(), sorted.as_ref()])?);
    }
    let mut list = known.list.clone();
    let mut found: Vec<Option<(ListedFile, Footer)>> = found.into_iter().map(Some).collect();
    for place in order {
        let (file, footer) = found[place].take().expect("a place comes once");
        let file = Arc::new(DataFile::new(file.location, file.look));
        dataset.adopt(&file, footer)?;
        list.push(file);
    }
    dataset.set_files(Files { list, partitions });
    Ok(())
}
