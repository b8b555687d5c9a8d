//! The names in the trades: 20 exchanges, 500 instruments.

const EXCHANGES: [&str; 20] = [
    "Binance", "Bitfinex", "Bitflyer", "Bithumb", "Bitso", "Bitstamp", "Bittrex", "Bybit", "Coinbase",
    "Deribit", "Gate", "Gemini", "Huobi", "Kraken", "Kucoin", "Mexc", "Okx", "Phemex", "Poloniex", "Upbit",
];

/// What is traded, most traded first.
const BASES: [&str; 50] = [
    "BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "AVAX", "DOT", "LINK", "LTC", "MATIC", "SHIB", "TRX", "ATOM",
    "UNI", "XLM", "BCH", "NEAR", "APT", "FIL", "ARB", "OP", "ALGO", "VET", "ICP", "AAVE", "GRT", "EOS",
    "SAND", "MANA", "AXS", "XTZ", "THETA", "FTM", "EGLD", "FLOW", "CHZ", "CRV", "KAVA", "ZEC", "DASH",
    "COMP", "SNX", "ENJ", "BAT", "LRC", "ZIL", "IOTA", "NEO", "WAVES",
];

/// What it is paid with.
const QUOTES: [&str; 10] = ["USD", "EUR", "USDT", "USDC", "GBP", "JPY", "CHF", "AUD", "CAD", "DAI"];

/// The exchanges' names.
pub fn exchanges() -> &'static [&'static str] {
    &EXCHANGES
}

/// The instruments' names, such as `BTC/USD`, most traded first; ten of them begin with `BTC`.
pub fn instruments() -> Vec<String> {
    let pairs = BASES.iter().flat_map(|base| QUOTES.iter().map(move |quote| format!("{base}/{quote}")));
    pairs.collect()
}
