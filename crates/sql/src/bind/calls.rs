//! Calls of functions.

use arrow_schema::DataType;
use kinetable::Result;
use sqlparser::ast::{self, FunctionArg, FunctionArgExpr, FunctionArguments};
use sqlparser::tokenizer::Location;

use super::{Binder, literals, placed};
use crate::expr::Expr;
use crate::functions;
use crate::place::{NOWHERE, at, unsupported};

impl Binder<'_> {
    pub(super) fn function(&mut self, function: &ast::Function) -> Result<Expr> {
        let [ast::ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else {
            return Err(at(NOWHERE, format!("there is no function {}", function.name)));
        };
        let place = name.span.start;
        if let Some(over) = &function.over {
            return self.over(function, over, place);
        }
        if !function.within_group.is_empty() || function.null_treatment.is_some() {
            return Err(unsupported(place, "WITHIN GROUP or a treatment of nulls", "sort in a subquery"));
        }
        if super::aggregates::is_aggregate(&name.value) {
            return self.aggregate(&name.value, place, function);
        }
        if function.filter.is_some() {
            return Err(at(place, format!("{} is no aggregate, so it takes no FILTER", name.value)));
        }
        let arguments = self.plain_arguments(&name.value, place, &function.args)?;
        if arguments.is_empty()
            && let Some(moment) = literals::moment(name, self.context.now)
        {
            return Ok(moment);
        }
        let arguments: Vec<&ast::Expr> = arguments;
        self.call(place, &name.value, &arguments)
    }

    /// The expressions that a function is called with.
    pub(super) fn plain_arguments<'e>(
        &self,
        name: &str,
        place: Location,
        arguments: &'e FunctionArguments,
    ) -> Result<Vec<&'e ast::Expr>> {
        let list = match arguments {
            FunctionArguments::None => return Ok(Vec::new()),
            FunctionArguments::List(list)
                if list.duplicate_treatment.is_none() && list.clauses.is_empty() =>
            {
                list
            }
            _ => {
                return Err(unsupported(
                    place,
                    format!("{name} with more than arguments"),
                    "plain arguments",
                ));
            }
        };
        let plain = |argument: &'e FunctionArg| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Ok(expr),
            _ => Err(unsupported(place, format!("this argument of {name}"), "plain arguments, in order")),
        };
        list.args.iter().map(plain).collect()
    }

    /// A function of the library, by its name.
    pub(super) fn call(&mut self, place: Location, name: &str, arguments: &[&ast::Expr]) -> Result<Expr> {
        let Some(function) = functions::find(name) else {
            return Err(unknown(place, name));
        };
        let (least, most) = function.arguments;
        if !(least..=most).contains(&arguments.len()) {
            let wanted = match (least, most) {
                (least, most) if least == most => least.to_string(),
                (least, most) if most >= 1_000 => format!("at least {least}"),
                (least, most) => format!("{least} to {most}"),
            };
            return Err(at(place, format!("{name} takes {wanted} arguments, not {}", arguments.len())));
        }
        let arguments = arguments.iter().map(|argument| self.bind(argument)).collect::<Result<Vec<_>>>()?;
        let bound =
            (function.build)(arguments).map_err(|message| placed(place)(format!("{name}: {message}")))?;
        if bound.data_type == DataType::Null {
            return Ok(Expr::null(&DataType::Int32));
        }
        Ok(bound)
    }
}

fn unknown(place: Location, name: &str) -> kinetable::Error {
    let upper = name.to_ascii_uppercase();
    let head: String = upper.chars().take(3).collect();
    let alike: Vec<&str> = functions::names().filter(|other| other.starts_with(&head)).collect();
    let hint = match alike.is_empty() {
        true => "docs/sql.md lists the functions".to_owned(),
        false => format!("did you mean {}?", alike.join(" or ")),
    };
    at(place, format!("there is no function {upper}")).with_hint(hint)
}
