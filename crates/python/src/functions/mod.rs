//! Python functions in formulas, called over chunks: the interpreter is taken once a chunk.
//!
//! ```text
//!  chunk ─▶ rows without a null where the function takes none ─▶ lists or NumPy arrays ─▶ the function ─▶ values ─▶ spread
//! ```
//!
//! A function of plain values is called once a row, by Python's own `map`. A function with a parameter annotated as
//! a NumPy array (or a NumPy ufunc) is called once, with whole arrays.
//!
//! **Nulls.** A parameter annotated with a plain type (`x: int`, `x: np.ndarray`) takes no null: a row in which it is null is
//! not handed over, and its result is null. `Optional[…]` and parameters without annotation get `None`.

mod function;

mod call;
mod signature;

pub use function::PyFunction;
