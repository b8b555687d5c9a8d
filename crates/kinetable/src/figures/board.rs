//! The tables themselves, and the thread that fills them while somebody holds one.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use arrow_array::RecordBatch;
use kinetable_engine::source::{self, Keep, Publisher, Retention};
use kinetable_engine::{Graph, Table, WeakTable};
use parking_lot::Mutex;

use super::moment::Moment;
use super::rows;
use super::subscribers::{self, Subscriber, Subscribers};

/// So many of the newest rows a log keeps at least, and an eighth more at most.
pub const LOG_ROWS: u64 = 1 << 16;

/// Between two collections.
const INTERVAL: Duration = Duration::from_secs(1);

/// A table of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Figure {
    /// The newest cycles, a row each.
    Cycles,
    /// All live tables, a row each.
    Nodes,
    /// All live tables without inputs, a row each.
    Sources,
    /// All live tables, with those they are made from.
    Ancestors,
    /// Who follows tables from outside of the process, a row each.
    Subscribers,
    /// What live tables did second by second.
    Updates,
    /// The process and its cycles second by second.
    States,
    /// Samples by name, second by second.
    Metrics,
}

/// The tables of figures of one graph. Cheap to clone.
#[derive(Clone)]
pub struct Figures(Arc<Inner>);

struct Inner {
    graph: Graph,
    subscribers: Subscribers,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: HashMap<Figure, Open>,
    /// What was collected last, while the thread runs.
    last: Option<Moment>,
}

/// A table that somebody held a second ago.
struct Open {
    table: WeakTable,
    publisher: Publisher,
    /// The last cycle that a table of cycles has.
    step: u64,
    /// The rows that a table of what is has.
    shown: Option<RecordBatch>,
}

impl Figure {
    /// The rows to publish of what was collected.
    fn rows(self, moment: &Moment) -> RecordBatch {
        match self {
            Figure::Cycles => rows::cycles(&moment.cycles),
            Figure::Nodes => rows::nodes(moment),
            Figure::Sources => rows::sources(moment),
            Figure::Ancestors => rows::ancestors(moment),
            Figure::Subscribers => moment.subscribers.clone(),
            Figure::Updates => rows::updates(moment),
            Figure::States => rows::states(moment),
            Figure::Metrics => rows::metrics(moment),
        }
    }

    fn retention(self) -> Retention {
        match self {
            Figure::Nodes | Figure::Sources | Figure::Ancestors | Figure::Subscribers => Retention::Latest,
            Figure::Cycles | Figure::Updates | Figure::States | Figure::Metrics => {
                Retention::Keep(Keep::rows(LOG_ROWS))
            }
        }
    }
}

impl Figures {
    pub(crate) fn new(graph: &Graph) -> Figures {
        let (subscribers, state) = (Subscribers::default(), Mutex::default());
        Figures(Arc::new(Inner { graph: graph.clone(), subscribers, state }))
    }

    /// A table; the same one as long as somebody holds it. Its first rows come with the next cycle.
    ///
    /// # Panics
    /// If a thread cannot be started.
    pub(crate) fn table(&self, figure: Figure) -> Table {
        if let Some(table) = self.0.state.lock().held(figure) {
            return table;
        }
        // Waits for the cycle under way, which may have somebody who asks for a table of figures: without the lock.
        let schema = figure.rows(&Moment::empty()).schema();
        let (table, publisher) = source::open(&self.0.graph, schema, figure.retention());
        table.stand_aside();
        let mut state = self.0.state.lock();
        if let Some(table) = state.held(figure) {
            return table;
        }
        if state.last.is_none() {
            state.last = Some(self.0.moment(None));
            let figures = Arc::downgrade(&self.0);
            let thread = std::thread::Builder::new().name("kinetable-figures".into());
            thread.spawn(move || run(&figures)).expect("the thread that collects figures");
        }
        let mut open = Open { table: table.weak(), publisher, step: 0, shown: None };
        state.last.iter().for_each(|moment| open.show(figure, &self.0.graph, moment));
        state.open.insert(figure, open);
        table
    }
}

impl Figures {
    /// Somebody follows a table from outside of the process, until what is returned is dropped.
    pub(crate) fn join(
        &self,
        table: &crate::Table,
        kind: &'static str,
        user: String,
        name: String,
    ) -> Arc<Subscriber> {
        self.0.subscribers.join(table, kind, user, name)
    }
}

impl State {
    fn held(&self, figure: Figure) -> Option<Table> {
        self.open.get(&figure)?.table.upgrade()
    }
}

impl std::fmt::Debug for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "figures, of which {} tables are held", self.0.state.lock().open.len())
    }
}

/// Collects once a second until nobody holds a table.
fn run(figures: &Weak<Inner>) {
    loop {
        std::thread::sleep(INTERVAL);
        let goes_on = figures.upgrade().is_some_and(|figures| figures.collect());
        if !goes_on {
            return;
        }
    }
}

impl Inner {
    fn moment(&self, before: Option<&Moment>) -> Moment {
        Moment::collect(&self.graph, subscribers::rows(&self.subscribers.all()), before)
    }

    /// Collects and publishes; false if nobody holds a table any more.
    fn collect(&self) -> bool {
        let mut state = self.state.lock();
        state.open.retain(|_, open| open.table.is_held());
        if state.open.is_empty() {
            state.last = None;
            return false;
        }
        // While cycles do not run, rows are not piled up for them.
        if state.open.values().all(|open| open.publisher.queued_rows() == 0) {
            let moment = self.moment(state.last.as_ref());
            for (figure, open) in &mut state.open {
                open.show(*figure, &self.graph, &moment);
            }
            state.last = Some(moment);
        }
        true
    }
}

impl Open {
    fn show(&mut self, figure: Figure, graph: &Graph, moment: &Moment) {
        let rows = match figure {
            // Also those from before it was opened.
            Figure::Cycles => {
                let cycles = graph.cycles_after(self.step);
                self.step = cycles.last().map_or(self.step, |last| last.step);
                rows::cycles(&cycles)
            }
            figure => figure.rows(moment),
        };
        if figure.retention() == Retention::Latest {
            if self.shown.as_ref() == Some(&rows) {
                return;
            }
            self.shown = Some(rows.clone());
        }
        self.publisher.publish(rows).expect("the rows have the columns of their table");
    }
}
