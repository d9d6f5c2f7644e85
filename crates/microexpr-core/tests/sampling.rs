//! Sub-pixel sampling against analytic truth.

use microexpr_core::sample;
use ndarray::Array2;
use proptest::prelude::*;

fn surface(f: impl Fn(f32, f32) -> f32) -> Array2<f32> {
    Array2::from_shape_fn((12, 16), |(r, c)| f(c as f32, r as f32))
}

proptest! {
    #[test]
    fn bilinear_is_exact_for_planes(x in 0.0f32..15.0, y in 0.0f32..11.0) {
        let plane = surface(|x, y| 0.3 * x - 0.2 * y + 1.0);
        prop_assert!((sample::bilinear(plane.view(), x, y) - (0.3 * x - 0.2 * y + 1.0)).abs() < 1e-5);
    }

    #[test]
    fn bicubic_is_exact_for_quadratics(x in 1.0f32..14.0, y in 1.0f32..10.0) {
        let f = |x: f32, y: f32| 0.02 * x * x - 0.03 * x * y + 0.01 * y * y + 0.5;
        prop_assert!((sample::bicubic(surface(f).view(), x, y) - f(x, y)).abs() < 1e-4);
    }

    /// Lines along a row, oblique ones and single positions are computed differently inside; all must be exact.
    #[test]
    fn bicubic_lines_are_exact_for_quadratics(
        x in -2.0f64..6.0,
        y in 3.0f64..6.0,
        step_x in 0.85f64..1.15,
        step_y in -0.2f64..0.2,
    ) {
        let f = |x: f64, y: f64| 0.02 * x * x - 0.03 * x * y + 0.01 * y * y + 0.5;
        let image = Array2::from_shape_fn((12, 30), |(r, c)| f(c as f64, r as f64) as f32);
        let mut line = [0.0; 19];
        sample::bicubic_line(image.view(), [x, y], [step_x, step_y], &mut line);
        for (i, value) in line.iter().enumerate() {
            let at = [x + i as f64 * step_x, y + i as f64 * step_y];
            if (1.0..28.0).contains(&at[0]) && (1.0..10.0).contains(&at[1]) {
                prop_assert!((f64::from(*value) - f(at[0], at[1])).abs() < 1e-4, "{i}: {value}");
            }
            let alone = sample::bicubic(image.view(), at[0] as f32, at[1] as f32);
            prop_assert!((value - alone).abs() < 1e-4, "{i}: {value} on the line, {alone} alone");
        }
    }

    #[test]
    fn outside_positions_take_border_pixels(x in -50.0f32..50.0, y in -50.0f32..50.0) {
        let image = surface(|x, y| x + 100.0 * y);
        let clamped = (x.clamp(0.0, 15.0), y.clamp(0.0, 11.0));
        prop_assert_eq!(sample::bilinear(image.view(), x, y), sample::bilinear(image.view(), clamped.0, clamped.1));
        prop_assert_eq!(sample::bicubic(image.view(), x, y), sample::bicubic(image.view(), clamped.0, clamped.1));
    }
}
