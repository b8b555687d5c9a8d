//! One set of features for shared dependencies: see the manifest. There is no code here.
