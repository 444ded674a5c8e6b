//! Weights of the features of a service, in their order.
//! Written by `tests/bench/forecast_fit.py`; not by hand.

pub(in super::super) const RESTART_BASE: f64 = 0.07494;
pub(in super::super) const RESTART: [f64; 12] = [
    0.2546, 0.0, 0.1945, -0.2068, 0.4819, 0.4344, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
];
pub(in super::super) const UNSTABLE_BASE: f64 = -0.4768;
pub(in super::super) const UNSTABLE: [f64; 12] = [
    0.2021, 0.5722, 0.0, 0.0, 0.0, 0.0, 0.2812, -0.2244, 0.2357, 0.0, 0.0, 0.0,
];
