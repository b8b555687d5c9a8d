//! Names of the script around a formula: values, lists, functions, objects.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int8Array, Int32Array, StringViewArray};
use arrow_schema::DataType;
use expect_test::expect;
use kinetable_formula::{
    Chunk, Error, ErrorKind, Object, UserFunction, Variable, compile_filter, compile_select,
};

use crate::support::{lines, table, values};

/// Doubles its argument, and notes how many rows each call had. Fails on negative numbers.
struct Twice {
    calls: Mutex<Vec<usize>>,
    pure: bool,
}

#[derive(Debug)]
struct Traceback(&'static str);

impl std::fmt::Display for Traceback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Traceback {}

impl UserFunction for Twice {
    fn name(&self) -> &str {
        "twice"
    }

    fn check(&self, args: &[DataType]) -> Result<DataType, String> {
        match args {
            [DataType::Int32] => Ok(DataType::Int32),
            [other] => Err(format!("argument x is {other}, but twice takes int")),
            _ => Err("twice takes one argument".into()),
        }
    }

    fn call(&self, args: &[ArrayRef], rows: usize) -> Result<ArrayRef, Error> {
        assert_eq!(args[0].len(), rows);
        self.calls.lock().unwrap().push(rows);
        let numbers = args[0].as_primitive::<Int32Type>();
        if numbers.iter().flatten().any(|number| number < 0) {
            return Err(Error::user_function(Traceback("line 3: negative")));
        }
        Ok(Arc::new(numbers.unary::<_, Int32Type>(|number| number.wrapping_mul(2))))
    }

    fn is_pure(&self) -> bool {
        self.pure
    }
}

fn twice(pure: bool) -> Arc<Twice> {
    Arc::new(Twice { calls: Mutex::default(), pure })
}

#[test]
fn functions_are_called_once_a_chunk_with_whole_arrays() {
    let function = twice(false);
    let table = table().with("twice", Variable::Function(function.clone()));
    let formula = compile_select("X = twice(I) + 1", &table).unwrap();
    assert_eq!(values(&table.eval(&formula, 0, 2).unwrap()), ["3", "5"]);
    assert_eq!(*function.calls.lock().unwrap(), [2]);
}

#[test]
fn only_rows_that_need_it_are_handed_over() {
    let function = twice(false);
    let table = table().with("twice", Variable::Function(function.clone()));
    let formula = compile_select("X = I > 0 ? twice(I) : 0", &table).unwrap();
    assert_eq!(values(&table.eval(&formula, 0, 5).unwrap()), ["2", "4", "0", "0", "-2"]);
    let filter = compile_filter("I > 0 && I < 100 && twice(I) > 2", &table).unwrap();
    assert_eq!(table.keeps(&filter, 0, 5).unwrap().true_count(), 1);
    assert_eq!(*function.calls.lock().unwrap(), [3, 2]);
}

#[test]
fn pure_functions_of_constants_are_called_once() {
    let function = twice(true);
    let table = table().with("twice", Variable::Function(function.clone()));
    let formula = compile_select("X = twice(21) + I", &table).unwrap();
    table.eval(&formula, 0, 5).unwrap();
    table.eval(&formula, 0, 5).unwrap();
    assert_eq!(*function.calls.lock().unwrap(), [1]);
}

#[test]
fn the_user_s_failure_comes_back_whole() {
    let table = table().with("twice", Variable::Function(twice(false)));
    let formula = compile_select("X = twice(I)", &table).unwrap();
    let error = table.eval(&formula, 0, 5).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UserFunction);
    assert_eq!(error.message(), "line 3: negative");
    assert!(error.user_error().unwrap().downcast_ref::<Traceback>().is_some());
    let (array, failures) =
        formula.eval_each(&Chunk { rows: 5, inputs: &table.inputs(formula.inputs(), 0, 5), now: 0 }).unwrap();
    assert_eq!(values(&array), ["2", "4", ".", ".", "-2"]);
    assert_eq!(failures.iter().map(|failure| failure.row).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_refused_argument_is_told_with_its_place() {
    let table = table().with("twice", Variable::Function(twice(false)));
    let error = compile_select("X = 1 + twice(S)", &table).unwrap_err();
    expect![[r#"
        argument x is Utf8View, but twice takes int
          X = 1 + twice(S)
                  ^^^^^^^^
          hint: it is called with (String)"#]]
    .assert_eq(&error.to_string());
}

#[test]
fn many_failing_rows_cost_no_more_than_a_few_chunks_each() {
    let table = table();
    let formula = compile_select("X = 100 % I", &table).unwrap();
    let numbers: ArrayRef = Arc::new((0..1000).map(|n| Some(n % 10)).collect::<Int32Array>());
    let (array, failures) = formula.eval_each(&Chunk { rows: 1000, inputs: &[numbers], now: 0 }).unwrap();
    assert_eq!(failures.len(), 100);
    assert!(failures.iter().all(|failure| failure.row % 10 == 0));
    assert_eq!((array.len(), array.null_count()), (1000, 100));
}

/// A module: an attribute, a function, an item.
struct Module;

struct Add(f64, AtomicUsize);

impl UserFunction for Add {
    fn name(&self) -> &str {
        "add"
    }

    fn check(&self, _: &[DataType]) -> Result<DataType, String> {
        Ok(if self.0 == 0.0 { DataType::Float64 } else { DataType::Binary })
    }

    fn call(&self, args: &[ArrayRef], _: usize) -> Result<ArrayRef, Error> {
        self.1.fetch_add(1, Ordering::Relaxed);
        let numbers = arrow_cast::cast(&args[0], &DataType::Float64).unwrap();
        Ok(Arc::new(numbers.as_primitive::<Float64Type>().unary::<_, Float64Type>(|number| number + 1.0)))
    }

    fn returning(&self, data_type: &DataType) -> Option<Arc<dyn UserFunction>> {
        (*data_type == DataType::Float64).then(|| Arc::new(Add(0.0, AtomicUsize::new(0))) as _)
    }

    fn with_objects(&self, args: &[Option<Arc<dyn Object>>]) -> Option<Arc<dyn UserFunction>> {
        (args.len() == 2).then(|| Arc::new(Add(0.0, AtomicUsize::new(0))) as _)
    }
}

impl Object for Module {
    fn type_name(&self) -> String {
        "module".into()
    }

    fn attribute(&self, name: &str) -> Option<Variable> {
        match name {
            "answer" => Some(Variable::Value(Arc::new(Int8Array::from(vec![42])))),
            "add" => Some(Variable::Function(Arc::new(Add(0.0, AtomicUsize::new(0))))),
            "inner" => Some(Variable::Object(Arc::new(Module))),
            _ => None,
        }
    }

    fn item(&self, key: &ArrayRef) -> Option<Variable> {
        let key = key.as_string_view_opt()?.value(0).to_owned();
        (key == "pi").then(|| Variable::Value(Arc::new(Float64Array::from(vec![3.5]))))
    }

    fn cast(&self, data_type: &DataType) -> Result<ArrayRef, String> {
        match data_type {
            DataType::Float64 => Ok(Arc::new(Float64Array::from(vec![2.5]))),
            _ => Err("a module is no such thing".into()),
        }
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[test]
fn values_lists_and_objects() {
    let table = table()
        .with("n", Variable::Value(Arc::new(Int8Array::from(vec![3]))))
        .with("s", Variable::Value(Arc::new(StringViewArray::from(vec!["x"]))))
        .with("list", Variable::List(Arc::new(Int32Array::from(vec![10, 20, 30]))))
        .with("m", Variable::Object(Arc::new(Module)))
        .with("raw", Variable::Function(Arc::new(Add(1.0, AtomicUsize::new(0)))))
        .with("I", Variable::Value(Arc::new(Int8Array::from(vec![99]))));
    expect![[r#"
        n                   byte: 3 3 3 3 3
        n + 1               int: 4 4 4 4 4
        I + n               int: 4 5 -4 . -2147483646
        L * n               long: 30 0 -9 . 9223372036854775805
        `a` + s             String: "ax" "ax" "ax" "ax" "ax"
        max(0, L - n)       long: 7 0 0 0 9223372036854775804
        list[1]             int: 20 20 20 20 20
        list[I]             int: 20 30 . . .
        (int)list[1]        int: 20 20 20 20 20
        list.size()         long: 3 3 3 3 3
        sum(list)           long: 60 60 60 60 60
        m.answer            byte: 42 42 42 42 42
        m.inner.answer + 1  int: 43 43 43 43 43
        m.add(I)            double: 2.0 3.0 -6.0 . 2147483648.0
        m[`pi`]             double: 3.5 3.5 3.5 3.5 3.5
        m[`no`]             Name: a module has no such item
        m.nothing           Name: a module has no attribute "nothing"
        (double)m           double: 2.5 2.5 2.5 2.5 2.5
        (int)m              Type: a module is no such thing
        m + 1               Type: variable "m" is a module, which formulas cannot compute with
        raw(I) + 1          Type: "+" does not take an Object (Binary) and an int
        (double)raw(I) + 1  double: 3.0 4.0 -5.0 . 2147483649.0
        raw(m, I)           double: 2.0 3.0 -6.0 . 2147483648.0
        n(1)                Type: variable "n" is not a function
        list                int[]: [10 20 30] [10 20 30] [10 20 30] [10 20 30] [10 20 30]
        m                   Type: variable "m" is a module, which formulas cannot compute with
        I_[ii-n]            int: . . . 1 2
    "#]]
    .assert_eq(&lines(
        &table,
        "
        n
        n + 1
        I + n
        L * n
        `a` + s
        max(0, L - n)
        list[1]
        list[I]
        (int)list[1]
        list.size()
        sum(list)
        m.answer
        m.inner.answer + 1
        m.add(I)
        m[`pi`]
        m[`no`]
        m.nothing
        (double)m
        (int)m
        m + 1
        raw(I) + 1
        (double)raw(I) + 1
        raw(m, I)
        n(1)
        list
        m
        I_[ii-n]
        ",
    ));
}
