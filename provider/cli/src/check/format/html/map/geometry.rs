//! Where lines run, and where their heads and labels stand.

use super::Layout;

/// A place on the map, in pixels.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    pub fn plus(self, other: Self) -> Self {
        Self {
            x: self.x + other.x,
            y: self.y + other.y,
        }
    }

    pub fn minus(self, other: Self) -> Self {
        self.plus(other.times(-1.0))
    }

    pub fn times(self, factor: f64) -> Self {
        Self {
            x: self.x * factor,
            y: self.y * factor,
        }
    }

    pub fn unit(self) -> Self {
        let length = self.x.hypot(self.y).max(1.0);
        self.times(1.0 / length)
    }
}

/// A line with its heads, and where its label stands.
pub(super) struct Line {
    pub path: String,
    pub heads: String,
    pub label: Point,
}

/// A line from one circle to another. One way is bent to the left so that the way back is another line; what goes both ways is
/// straight, with a head at each end. `late`: in a great ring, whether its label stands near its end rather than its start.
pub(super) fn line(start: Point, end: Point, layout: &Layout, both: bool, late: bool) -> Line {
    let along = end.minus(start).unit();
    let aside = Point {
        x: along.y,
        y: -along.x,
    };
    let bend = if both { 0.0 } else { 60.0 };
    let middle = start.plus(end).times(0.5).plus(aside.times(bend));
    let from = middle.minus(start).unit();
    let out = start.plus(from.times(layout.radius + if both { 5.0 } else { 3.0 }));
    let into = end.minus(middle).unit();
    let tip = end.minus(into.times(layout.radius + 5.0));
    let path = format!(
        "M {:.1} {:.1} Q {:.1} {:.1} {:.1} {:.1}",
        out.x, out.y, middle.x, middle.y, tip.x, tip.y
    );
    let mut heads = arrow(tip, into);
    if both {
        heads.push(' ');
        heads.push_str(&arrow(out, from.times(-1.0)));
    }
    // In a great ring the lines cross in the middle: there a label stands nearer to one end.
    let (at, off) = if layout.great {
        (if late { 0.75 } else { 0.25 }, bend * 0.375)
    } else {
        (0.5, bend * 38.0 / 60.0)
    };
    let label = start
        .plus(end.minus(start).times(at))
        .plus(aside.times(off))
        .plus(Point { x: 0.0, y: 5.0 });
    Line { path, heads, label }
}

/// A loop over a circle: from a site to itself.
pub(super) fn round(at: Point, radius: f64) -> Line {
    let tip = at.plus(Point {
        x: radius * 0.4,
        y: -radius - 3.0,
    });
    let path = format!(
        "M {:.1} {:.1} C {:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
        at.x - radius * 0.4,
        tip.y,
        at.x - radius - 14.0,
        at.y - radius - 55.0,
        at.x + radius + 14.0,
        at.y - radius - 55.0,
        tip.x,
        tip.y
    );
    let into = Point { x: -0.55, y: 0.83 };
    let label = at.plus(Point {
        x: 0.0,
        y: -radius - 28.0,
    });
    Line {
        path,
        heads: arrow(tip, into),
        label,
    }
}

fn arrow(tip: Point, into: Point) -> String {
    let aside = Point {
        x: into.y,
        y: -into.x,
    };
    let back = tip.minus(into.times(14.0));
    let (one, other) = (back.plus(aside.times(7.0)), back.minus(aside.times(7.0)));
    format!(
        "M {:.1} {:.1} L {:.1} {:.1} L {:.1} {:.1} Z",
        tip.x, tip.y, one.x, one.y, other.x, other.y
    )
}
