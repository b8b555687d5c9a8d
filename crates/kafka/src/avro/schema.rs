//! Avro schemas: an arena of nodes in which names are resolved.

use serde_json::Value;

/// A parsed schema.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    nodes: Vec<Node>,
    root: NodeId,
}

/// A place in a schema's arena. Recursive types refer back.
pub(crate) type NodeId = usize;

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Null,
    Boolean,
    Int(IntKind),
    Long(LongKind),
    Float,
    Double,
    Bytes,
    String,
    /// Unscaled big-endian two's complement, in as many bytes or length-prefixed.
    Decimal {
        precision: u8,
        scale: i8,
        fixed: Option<usize>,
    },
    Fixed(usize),
    /// Sixteen bytes.
    Uuid,
    /// Months, days and milliseconds, four bytes each.
    Duration,
    Enum {
        symbols: Vec<String>,
        default: Option<String>,
    },
    Array(NodeId),
    Map(NodeId),
    Union(Vec<NodeId>),
    Record {
        /// With the namespace.
        name: String,
        fields: Vec<Field>,
    },
}

/// What an `int` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IntKind {
    Plain,
    Date,
    TimeMillis,
    /// These three are of the attribute `dhType`, which tables are published with.
    Byte,
    Short,
    Char,
}

/// What a `long` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LongKind {
    Plain,
    TimeMicros,
    TimestampMillis,
    TimestampMicros,
    TimestampNanos,
    LocalMillis,
    LocalMicros,
    LocalNanos,
    /// Of the attribute `dhType`.
    DurationNanos,
}

/// What longs measure; those of one measure differ in their unit only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Number,
    TimeOfDay,
    Instant,
    LocalDateTime,
    Duration,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) node: NodeId,
    pub(crate) default: Option<Value>,
}

impl IntKind {
    /// Whether it is a number and nothing else.
    pub(crate) fn is_number(self) -> bool {
        !matches!(self, IntKind::Date | IntKind::TimeMillis)
    }
}

impl LongKind {
    pub(crate) fn measure(self) -> Measure {
        match self {
            LongKind::Plain => Measure::Number,
            LongKind::TimeMicros => Measure::TimeOfDay,
            LongKind::TimestampMillis | LongKind::TimestampMicros | LongKind::TimestampNanos => {
                Measure::Instant
            }
            LongKind::LocalMillis | LongKind::LocalMicros | LongKind::LocalNanos => Measure::LocalDateTime,
            LongKind::DurationNanos => Measure::Duration,
        }
    }

    /// What a value is multiplied by to become what a column holds: nanoseconds of times.
    pub(crate) fn factor(self) -> i64 {
        match self {
            LongKind::Plain | LongKind::TimestampNanos | LongKind::LocalNanos | LongKind::DurationNanos => 1,
            LongKind::TimestampMillis | LongKind::LocalMillis => 1_000_000,
            LongKind::TimestampMicros | LongKind::LocalMicros | LongKind::TimeMicros => 1_000,
        }
    }
}

impl Schema {
    pub(super) fn new(nodes: Vec<Node>, root: NodeId) -> Schema {
        Schema { nodes, root }
    }

    pub(crate) fn root(&self) -> NodeId {
        self.root
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// The type without null, and whether null is one of its branches. A union of null and one type is that type.
    pub(crate) fn without_null(&self, id: NodeId) -> (NodeId, bool) {
        let Node::Union(branches) = self.node(id) else {
            return (id, matches!(self.node(id), Node::Null));
        };
        let mut others = branches.iter().filter(|branch| !matches!(self.node(**branch), Node::Null));
        let has_null = others.clone().count() < branches.len();
        match (others.next(), others.next()) {
            (Some(only), None) => (*only, has_null),
            _ => (id, has_null),
        }
    }

    /// The same schema, in which unions of types that one type holds are that type: of ints and longs, floats and doubles,
    /// texts and enums.
    pub(super) fn with_unions_widened(&self) -> Schema {
        let mut wide = self.clone();
        for id in 0..self.nodes.len() {
            let Node::Union(branches) = &self.nodes[id] else {
                continue;
            };
            let (nulls, others): (Vec<NodeId>, Vec<NodeId>) =
                branches.iter().partition(|branch| matches!(self.node(**branch), Node::Null));
            let all = |fits: fn(&Node) -> bool| others.iter().all(|branch| fits(self.node(*branch)));
            let widest = if others.len() < 2 {
                None
            } else if all(|node| matches!(node, Node::Int(IntKind::Plain) | Node::Long(LongKind::Plain))) {
                Some(Node::Long(LongKind::Plain))
            } else if all(|node| matches!(node, Node::Float | Node::Double)) {
                Some(Node::Double)
            } else if all(|node| matches!(node, Node::String | Node::Enum { .. })) {
                Some(Node::String)
            } else {
                None
            };
            if let Some(widest) = widest {
                wide.nodes.push(widest);
                let branches = nulls.into_iter().chain([wide.nodes.len() - 1]).collect();
                wide.nodes[id] = Node::Union(branches);
            }
        }
        wide
    }

    /// The type's name, for messages.
    pub(crate) fn type_name(&self, id: NodeId) -> String {
        match self.node(id) {
            Node::Null => "null".into(),
            Node::Boolean => "boolean".into(),
            Node::Int(IntKind::Date) => "date".into(),
            Node::Int(IntKind::TimeMillis) => "time-millis".into(),
            Node::Int(_) => "int".into(),
            Node::Long(kind) => match kind {
                LongKind::Plain => "long",
                LongKind::TimeMicros => "time-micros",
                LongKind::TimestampMillis => "timestamp-millis",
                LongKind::TimestampMicros => "timestamp-micros",
                LongKind::TimestampNanos => "timestamp-nanos",
                LongKind::LocalMillis => "local-timestamp-millis",
                LongKind::LocalMicros => "local-timestamp-micros",
                LongKind::LocalNanos => "local-timestamp-nanos",
                LongKind::DurationNanos => "long of nanoseconds",
            }
            .into(),
            Node::Float => "float".into(),
            Node::Double => "double".into(),
            Node::Bytes => "bytes".into(),
            Node::String => "string".into(),
            Node::Decimal { precision, scale, .. } => format!("decimal({precision},{scale})"),
            Node::Fixed(size) => format!("fixed({size})"),
            Node::Uuid => "uuid".into(),
            Node::Duration => "duration".into(),
            Node::Enum { .. } => "enum".into(),
            Node::Array(item) => format!("array of {}", self.short_name(*item)),
            Node::Map(value) => format!("map of {}", self.short_name(*value)),
            Node::Union(branches) => {
                let names: Vec<_> = branches.iter().map(|branch| self.short_name(*branch)).collect();
                format!("union of {}", names.join(", "))
            }
            Node::Record { name, .. } => format!("record \"{}\"", unqualified(name)),
        }
    }

    /// The name without what lies within, which may refer back.
    fn short_name(&self, id: NodeId) -> String {
        match self.node(id) {
            Node::Array(_) => "array".into(),
            Node::Map(_) => "map".into(),
            Node::Union(_) => "union".into(),
            _ => self.type_name(id),
        }
    }
}

/// A name without its namespace.
pub(super) fn unqualified(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, short)| short)
}
