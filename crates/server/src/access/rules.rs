//! What each rpc asks of its caller.

/// What a caller must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Nothing: a login page needs it.
    Open,
    /// A session.
    Session,
    /// A session with the right to run code in the process.
    Console,
    /// A session with the right to change tables and variables.
    Write,
}

const PACKAGE: &str = "/io.deephaven.proto.backplane.grpc.";
const SCRIPT: &str = "/io.deephaven.proto.backplane.script.grpc.";

/// Services in which every rpc asks for a session, but those listed in [`SPECIAL`].
const SERVICES: [(&str, &str, &[&str]); 12] = [
    (
        PACKAGE,
        "SessionService",
        &[
            "CloseSession",
            "Release",
            "ExportFromTicket",
            "PublishFromTicket",
            "ExportNotifications",
            "TerminationNotification",
            "NewSession",
            "RefreshSessionToken",
        ],
    ),
    (PACKAGE, "ConfigService", &["GetConfigurationConstants", "GetAuthenticationConstants"]),
    (PACKAGE, "ApplicationService", &["ListFields"]),
    (PACKAGE, "TableService", &TABLES),
    (PACKAGE, "ObjectService", &["FetchObject", "MessageStream", "OpenMessageStream", "NextMessageStream"]),
    (
        PACKAGE,
        "StorageService",
        &["ListItems", "FetchFile", "SaveFile", "MoveItem", "CreateDirectory", "DeleteItem"],
    ),
    (PACKAGE, "InputTableService", &["AddTableToInputTable", "DeleteTableFromInputTable"]),
    (PACKAGE, "PartitionedTableService", &["PartitionBy", "Merge", "GetTable"]),
    (PACKAGE, "HierarchicalTableService", &["Rollup", "Tree", "Apply", "View", "ExportSource"]),
    (
        SCRIPT,
        "ConsoleService",
        &[
            "GetConsoleTypes",
            "StartConsole",
            "GetHeapInfo",
            "SubscribeToLogs",
            "ExecuteCommand",
            "CancelCommand",
            "BindTableToVariable",
            "AutoCompleteStream",
            "CancelAutoComplete",
            "OpenAutoCompleteStream",
            "NextAutoCompleteStream",
        ],
    ),
    (
        "/io.deephaven.flightjs.protocol.",
        "BrowserFlightService",
        &["OpenHandshake", "NextHandshake", "OpenDoPut", "NextDoPut", "OpenDoExchange", "NextDoExchange"],
    ),
    (
        "/arrow.flight.protocol.",
        "FlightService",
        &[
            "Handshake",
            "ListFlights",
            "GetFlightInfo",
            "PollFlightInfo",
            "GetSchema",
            "DoGet",
            "DoPut",
            "DoExchange",
            "DoAction",
            "ListActions",
        ],
    ),
];

const TABLES: [&str; 46] = [
    "GetExportedTableCreationResponse",
    "FetchTable",
    "ApplyPreviewColumns",
    "EmptyTable",
    "TimeTable",
    "DropColumns",
    "Update",
    "LazyUpdate",
    "View",
    "UpdateView",
    "Select",
    "UpdateBy",
    "SelectDistinct",
    "Filter",
    "UnstructuredFilter",
    "Sort",
    "Head",
    "Tail",
    "HeadBy",
    "TailBy",
    "Ungroup",
    "MergeTables",
    "CrossJoinTables",
    "NaturalJoinTables",
    "ExactJoinTables",
    "LeftJoinTables",
    "AsOfJoinTables",
    "AjTables",
    "RajTables",
    "MultiJoinTables",
    "RangeJoinTables",
    "ComboAggregate",
    "AggregateAll",
    "Aggregate",
    "Snapshot",
    "SnapshotWhen",
    "Flatten",
    "RunChartDownsample",
    "CreateInputTable",
    "WhereIn",
    "Batch",
    "ExportedTableUpdates",
    "SeekRow",
    "MetaTable",
    "ComputeColumnStatistics",
    "Slice",
];

/// Rpcs that ask for something else than a session.
const SPECIAL: [(&str, Rule); 17] = [
    ("ConfigService/GetAuthenticationConstants", Rule::Open),
    ("ConsoleService/GetConsoleTypes", Rule::Open),
    ("FlightService/Handshake", Rule::Open),
    ("BrowserFlightService/OpenHandshake", Rule::Open),
    ("StorageService/ListItems", Rule::Console),
    ("StorageService/FetchFile", Rule::Console),
    ("StorageService/SaveFile", Rule::Console),
    ("StorageService/MoveItem", Rule::Console),
    ("StorageService/CreateDirectory", Rule::Console),
    ("StorageService/DeleteItem", Rule::Console),
    ("ConsoleService/ExecuteCommand", Rule::Console),
    ("ConsoleService/CancelCommand", Rule::Console),
    ("ConsoleService/SubscribeToLogs", Rule::Console),
    ("ConsoleService/AutoCompleteStream", Rule::Console),
    ("ConsoleService/OpenAutoCompleteStream", Rule::Console),
    ("ConsoleService/NextAutoCompleteStream", Rule::Console),
    ("ConsoleService/CancelAutoComplete", Rule::Console),
];

/// Rpcs that change what others see.
const WRITING: [&str; 3] = [
    "ConsoleService/BindTableToVariable",
    "InputTableService/AddTableToInputTable",
    "InputTableService/DeleteTableFromInputTable",
];

/// The paths of all rpcs that have a rule, and the names of those that have one of their own.
#[cfg(test)]
pub fn ruled() -> (Vec<String>, Vec<&'static str>) {
    let paths = SERVICES.iter().flat_map(|(package, service, methods)| {
        methods.iter().map(move |method| format!("{package}{service}/{method}"))
    });
    (paths.collect(), SPECIAL.iter().map(|(name, _)| *name).chain(WRITING).collect())
}

/// The rule of an rpc's path; none: there is no such rpc.
pub fn rule(path: &str) -> Option<Rule> {
    let (service, method) = path.rsplit_once('/')?;
    let known = SERVICES
        .iter()
        .find(|(package, name, _)| service.strip_prefix(package).is_some_and(|rest| rest == *name))?;
    if !known.2.contains(&method) {
        return None;
    }
    let is = |name: &str| name.split_once('/') == Some((known.1, method));
    if let Some((_, rule)) = SPECIAL.iter().find(|(name, _)| is(name)) {
        return Some(*rule);
    }
    Some(if WRITING.iter().any(|name| is(name)) { Rule::Write } else { Rule::Session })
}
