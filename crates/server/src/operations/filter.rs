//! Filters: as texts, or as trees of conditions that become formulas.
//!
//! A condition is spelled in parentheses, or as the negation of one, so that it is one operand wherever it stands. Names are columns of the table and values
//! literals ([`super::literal`]), so that nothing in a message is read as a formula but the operations it names.
//!
//! | condition | formula |
//! |---|---|
//! | `compare` | `(A == 1)`; equal ignoring case: ``(A icase in `x`)`` |
//! | `in` | `(A in 1, 2.5)`; if not all are a column and literals, comparisons joined by `\|\|` |
//! | `matches`, `contains` | ``(!isNull(A) && A.matches(`(?s)…`))``: null is never taken, inverted or not |
//! | `invoke` | `(A.startsWith(…) == true)`: null is not taken |
//! | `search` | see [`super::quick`] |

use arrow_schema::{DataType, Schema};
use kinetable::formula::is_column_name;
use kinetable::{NoNames, Table};
use kinetable_wire::grpc::condition::Data;
use kinetable_wire::grpc::literal::Value as Constant;
use kinetable_wire::grpc::value::Data as Operand;
use kinetable_wire::grpc::{
    CaseSensitivity, CompareCondition, CompareOperation, Condition, ContainsCondition, FilterTableRequest,
    InCondition, InvokeCondition, Literal, MatchType, MatchesCondition, NanComparison,
    UnstructuredFilterTableRequest, Value,
};

use super::fault::{Outcome, invalid, not_empty, unmet, variant};
use super::literal::{column, is_text, quoted, spelled};
use super::{Context, quick};

/// Conditions within conditions that are followed.
const DEPTH_MAX: usize = 64;

/// Terms joined at one level: a formula has a limit to how deep it is, which a long chain of terms reaches.
const TERMS_MAX: usize = 32;

/// The rows that pass all of the filters, which are texts.
pub(super) fn unstructured(
    request: &UnstructuredFilterTableRequest,
    table: &Table,
    context: &Context,
) -> Outcome<Table> {
    Ok(table.where_(&request.filters, context.names())?)
}

/// The rows that pass all of the filters, which are trees of conditions. They see no names of a script: what they call is the library's.
pub(super) fn structured(request: &FilterTableRequest, table: &Table) -> Outcome<Table> {
    let formula = |condition| formula_of(condition, table.schema());
    let formulas = request.filters.iter().map(formula).collect::<Outcome<Vec<_>>>()?;
    Ok(table.where_(&formulas, &NoNames)?)
}

/// What a condition is as a formula over columns of a schema.
pub(super) fn formula_of(condition: &Condition, schema: &Schema) -> Outcome<String> {
    Speller { schema }.condition(condition, 0)
}

/// Conditions joined to one.
pub(super) fn joined(mut terms: Vec<String>, operator: &str) -> String {
    while terms.len() > 1 {
        let join = |terms: &[String]| format!("({})", terms.join(operator));
        terms = terms.chunks(TERMS_MAX).map(join).collect();
    }
    terms.pop().unwrap_or_default()
}

struct Speller<'a> {
    schema: &'a Schema,
}

impl Speller<'_> {
    fn condition(&self, condition: &Condition, depth: usize) -> Outcome<String> {
        if depth > DEPTH_MAX {
            return Err(invalid(format!("conditions are more than {DEPTH_MAX} deep in one another")));
        }
        let all = |conditions: &[Condition]| -> Outcome<Vec<String>> {
            conditions.iter().map(|condition| self.condition(condition, depth + 1)).collect()
        };
        match &condition.data {
            None => Err(unmet("a condition is of no known kind")),
            Some(Data::And(and)) => {
                Ok(joined(all(not_empty(&and.filters, "AndCondition", "filters")?)?, " && "))
            }
            Some(Data::Or(or)) => Ok(joined(all(not_empty(&or.filters, "OrCondition", "filters")?)?, " || ")),
            Some(Data::Not(not)) => match &not.filter {
                Some(inner) => Ok(format!("!{}", self.condition(inner, depth + 1)?)),
                None => Err(unmet("a negation holds no condition")),
            },
            Some(Data::Compare(compare)) => self.compare(compare),
            Some(Data::In(membership)) => self.membership(membership),
            Some(Data::Invoke(invoke)) => self.invoke(invoke),
            Some(Data::IsNull(is)) => {
                Ok(format!("(isNull({}))", column(self.schema, is.reference.as_ref())?.0))
            }
            Some(Data::IsNan(is)) => self.is_nan(column(self.schema, is.reference.as_ref())?),
            Some(Data::Matches(matches)) => self.matches(matches),
            Some(Data::Contains(contains)) => self.contains(contains),
            Some(Data::Search(search)) => quick::search(search, self.schema),
        }
    }

    /// The type of a column; `None` of a literal.
    fn type_of(&self, value: &Value) -> Outcome<Option<&DataType>> {
        match &value.data {
            None => Err(unmet("a condition has a value that is neither a column nor a literal")),
            Some(Operand::Literal(_)) => Ok(None),
            Some(Operand::Reference(reference)) => {
                let field = column(self.schema, Some(reference))?.0;
                Ok(self.schema.field_with_name(field).ok().map(|field| field.data_type()))
            }
        }
    }

    fn operand(&self, value: &Value, beside: Option<&DataType>) -> Outcome<String> {
        match &value.data {
            None => Err(unmet("a condition has a value that is neither a column nor a literal")),
            Some(Operand::Literal(literal)) => spelled(literal, beside),
            Some(Operand::Reference(reference)) => Ok(column(self.schema, Some(reference))?.0.to_owned()),
        }
    }

    fn compare(&self, compare: &CompareCondition) -> Outcome<String> {
        let (Some(left), Some(right)) = (&compare.lhs, &compare.rhs) else {
            return Err(unmet("a comparison lacks a side"));
        };
        let operation = variant(compare.operation, "comparison")?;
        let ignores_case = ignores_case(compare.case_sensitivity)?;
        self.compared(left, operation, right, ignores_case)
    }

    /// Case is ignored by equality alone: that is what clients rely on.
    fn compared(
        &self,
        left: &Value,
        operation: CompareOperation,
        right: &Value,
        ignores_case: bool,
    ) -> Outcome<String> {
        let (left_type, right_type) = (self.type_of(left)?, self.type_of(right)?);
        let (own, other) = (self.operand(left, right_type)?, self.operand(right, left_type)?);
        let is_text =
            |value, data_type: Option<&DataType>| data_type.map_or_else(|| text_of(value).is_some(), is_text);
        if ignores_case
            && operation == CompareOperation::Equals
            && is_text(left, left_type)
            && is_text(right, right_type)
        {
            return Ok(match (left_type, right_type) {
                (Some(_), None) => format!("({own} icase in {other})"),
                (None, Some(_)) => format!("({other} icase in {own})"),
                _ => format!("({own}.toLowerCase() == {other}.toLowerCase())"),
            });
        }
        let sign = match operation {
            CompareOperation::LessThan => "<",
            CompareOperation::LessThanOrEqual => "<=",
            CompareOperation::GreaterThan => ">",
            CompareOperation::GreaterThanOrEqual => ">=",
            CompareOperation::Equals => "==",
            CompareOperation::NotEquals => "!=",
        };
        Ok(format!("({own} {sign} {other})"))
    }

    fn membership(&self, membership: &InCondition) -> Outcome<String> {
        let Some(target) = &membership.target else {
            return Err(unmet("an \"in\" condition has no target"));
        };
        let ignores_case = ignores_case(membership.case_sensitivity)?;
        let is_inverted = is_inverted(membership.match_type)?;
        let takes_nan = variant::<NanComparison>(membership.nan_comparison, "comparison of NaN")?
            != NanComparison::NanNotEqualsNan;
        let target_type = self.type_of(target)?;
        let candidates: Vec<&Value> =
            membership.candidates.iter().filter(|candidate| takes_nan || !is_nan(candidate)).collect();
        if candidates.is_empty() {
            self.operand(target, None)?;
            return Ok(format!("({is_inverted})"));
        }
        let are_literals = candidates.iter().all(|value| matches!(value.data, Some(Operand::Literal(_))));
        if let (Some(target_type), true) = (target_type, are_literals) {
            let values = candidates.iter().map(|value| self.operand(value, Some(target_type)));
            let values = values.collect::<Outcome<Vec<_>>>()?.join(", ");
            let icase = if ignores_case && is_text(target_type) { "icase " } else { "" };
            let not = if is_inverted { "not " } else { "" };
            return Ok(format!("({} {icase}{not}in {values})", self.operand(target, None)?));
        }
        let equal =
            |candidate: &&Value| self.compared(target, CompareOperation::Equals, candidate, ignores_case);
        let any = joined(candidates.iter().map(equal).collect::<Outcome<Vec<_>>>()?, " || ");
        Ok(if is_inverted { format!("!{any}") } else { any })
    }

    fn is_nan(&self, (name, data_type): (&str, &DataType)) -> Outcome<String> {
        match data_type {
            DataType::Float32 | DataType::Float64 => Ok(format!("(isNaN({name}))")),
            other => Err(invalid(format!("column \"{name}\" is {other}, which has no NaN"))),
        }
    }

    fn text_column<'b>(
        &'b self,
        reference: Option<&'b kinetable_wire::grpc::Reference>,
        what: &str,
    ) -> Outcome<&'b str> {
        match column(self.schema, reference)? {
            (name, data_type) if is_text(data_type) => Ok(name),
            (name, data_type) => {
                Err(invalid(format!("column \"{name}\" is {data_type}, but {what} is for texts")))
            }
        }
    }

    fn matches(&self, matches: &MatchesCondition) -> Outcome<String> {
        let name = self.text_column(matches.reference.as_ref(), "\"matches\"")?;
        let flags = if ignores_case(matches.case_sensitivity)? { "(?si)" } else { "(?s)" };
        let not = if is_inverted(matches.match_type)? { "!" } else { "" };
        let regex = quoted(&format!("{flags}{}", matches.regex));
        Ok(format!("(!isNull({name}) && {not}{name}.matches({regex}))"))
    }

    fn contains(&self, contains: &ContainsCondition) -> Outcome<String> {
        let name = self.text_column(contains.reference.as_ref(), "\"contains\"")?;
        let icase = if ignores_case(contains.case_sensitivity)? { "icase " } else { "" };
        let not = if is_inverted(contains.match_type)? { "not " } else { "" };
        let text = quoted(&contains.search_string);
        Ok(format!("(!isNull({name}) && ({name} {icase}{not}includes {text}))"))
    }

    fn invoke(&self, invoke: &InvokeCondition) -> Outcome<String> {
        let method = &invoke.method;
        if !is_column_name(method) {
            return Err(invalid(format!("\"{method}\" is no name of a method")));
        }
        let beside = match &invoke.target {
            Some(target) => self.type_of(target)?,
            None => None,
        };
        let arguments = invoke.arguments.iter().map(|argument| self.operand(argument, beside));
        let arguments = arguments.collect::<Outcome<Vec<_>>>()?.join(", ");
        Ok(match &invoke.target {
            Some(target) => format!("({}.{method}({arguments}) == true)", self.operand(target, None)?),
            None => format!("({method}({arguments}) == true)"),
        })
    }
}

fn text_of(value: &Value) -> Option<&str> {
    match &value.data {
        Some(Operand::Literal(Literal { value: Some(Constant::StringValue(text)) })) => Some(text),
        _ => None,
    }
}

fn is_nan(value: &Value) -> bool {
    matches!(&value.data, Some(Operand::Literal(Literal { value: Some(Constant::DoubleValue(number)) })) if number.is_nan())
}

fn ignores_case(number: i32) -> Outcome<bool> {
    Ok(variant::<CaseSensitivity>(number, "case sensitivity")? == CaseSensitivity::IgnoreCase)
}

fn is_inverted(number: i32) -> Outcome<bool> {
    Ok(variant::<MatchType>(number, "type of match")? == MatchType::Inverted)
}
