//! Runs: starts what was asked for, says so, and obeys until the input ends.

use std::io::{BufRead, Write};

use anyhow::Result;
use clap::Parser;
use kinetable_broker::apache::java_clients;
use serde_json::{Value, json};

use super::args::{Action, Arguments, Feeds};
use super::brokers::Served;
use super::command;
use super::feeds::{Jobs, model_of};
use super::history;

/// Does what the command line says.
pub(crate) fn run() -> Result<()> {
    match Arguments::parse().action {
        Action::Serve(serve) => serve_commands(&Served::start(&serve)?, &serve.feeds),
        Action::Feed(feed) => serve_commands(&Served::foreign(&feed)?, &feed.feeds),
        Action::History(wanted) => {
            let model = model_of(None, &wanted.services);
            print(&history::write(&wanted.dir, &model, wanted.from, wanted.to)?)
        }
        Action::Jars(wanted) => print(&json!({ "jars": java_clients(wanted.cache.as_deref())? })),
    }
}

fn serve_commands(served: &Served, feeds: &Feeds) -> Result<()> {
    let mut jobs = Jobs::default();
    let mut ready = jobs.begin(feeds, &served.target)?;
    ready["ready"] = json!(true);
    ready["broker"] = json!(served.kind());
    ready["bootstrap"] = json!(served.target.bootstrap);
    ready["registry"] = json!(served.target.registry);
    ready["pid"] = json!(std::process::id());
    print(&ready)?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let (answer, is_over) = answer_line(&line, served, &mut jobs);
        print(&answer)?;
        if is_over {
            break;
        }
    }
    Ok(())
}

/// The answer to one line, which repeats the command's `id` if it has one, and whether it was the last.
fn answer_line(line: &str, served: &Served, jobs: &mut Jobs) -> (Value, bool) {
    let mut asked: Value = match serde_json::from_str(line) {
        Ok(asked) => asked,
        Err(error) => {
            return (json!({ "ok": false, "error": format!("the line is not JSON: {error}") }), false);
        }
    };
    let id = asked.as_object_mut().and_then(|fields| fields.remove("id"));
    let is_over = asked["cmd"] == "quit";
    let mut answer = match command::obey(asked, served, jobs) {
        Ok(mut answer) => {
            answer["ok"] = json!(true);
            answer
        }
        Err(error) => json!({ "ok": false, "error": format!("{error:#}") }),
    };
    if let Some(id) = id {
        answer["id"] = id;
    }
    (answer, is_over)
}

fn print(line: &Value) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
