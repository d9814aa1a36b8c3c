//! The map: each site a circle, each way from one to another a line, coloured by the worst that goes that way.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::fmt::Write;

use super::super::super::report::{ItemKind, Report, Status};
use super::{escaped, sign};

const WIDTH: f64 = 800.0;
const RADIUS: f64 = 46.0;

#[derive(Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
}

impl Point {
    fn plus(self, other: Self) -> Self {
        Self {
            x: self.x + other.x,
            y: self.y + other.y,
        }
    }

    fn minus(self, other: Self) -> Self {
        self.plus(other.times(-1.0))
    }

    fn times(self, factor: f64) -> Self {
        Self {
            x: self.x * factor,
            y: self.y * factor,
        }
    }

    fn unit(self) -> Self {
        let length = self.x.hypot(self.y).max(1.0);
        self.times(1.0 / length)
    }
}

/// What goes one way.
#[derive(Default)]
struct Way {
    worst: Option<Status>,
    items: usize,
    amiss: usize,
}

impl Way {
    fn add(&mut self, status: Status) {
        self.worst = self.worst.max(Some(status));
        self.items += 1;
        self.amiss += usize::from(status.is_amiss());
    }

    fn status(&self) -> Status {
        self.worst.unwrap_or(Status::InSync).max(Status::InSync)
    }
}

/// Writes the map, unless there is no site to show.
pub(super) fn write(page: &mut String, report: &Report) -> std::fmt::Result {
    let mut sites: BTreeMap<&str, Option<Status>> = BTreeMap::new();
    let mut ways: BTreeMap<(&str, &str), Way> = BTreeMap::new();
    for item in &report.items {
        let Some(source) = &item.source else { continue };
        let of_source = sites.entry(source.site.as_str()).or_default();
        if item.kind == ItemKind::Site {
            *of_source = (*of_source).max(Some(item.status));
        }
        if item.status == Status::Excluded {
            continue;
        }
        // A bucket whose target has no name yet still goes somewhere: its echo says where, and is counted itself.
        if let Some(target) = &item.target {
            sites.entry(target.site.as_str()).or_default();
            ways.entry((source.site.as_str(), target.site.as_str()))
                .or_default()
                .add(item.status);
        }
    }
    if sites.is_empty() {
        return Ok(());
    }
    let places = places(sites.keys().copied());
    let height = if sites.len() > 2 { 480.0 } else { 260.0 };
    writeln!(
        page,
        "<h2>Sites</h2>\n<div class=\"map\"><svg viewBox=\"0 0 {WIDTH} {height}\" role=\"group\" aria-label=\"Map of the sites and of what goes from one to another\">"
    )?;
    for ((from, to), way) in &ways {
        if let (Some(start), Some(end)) = (places.get(from), places.get(to)) {
            write_way(page, (from, *start), (to, *end), way)?;
        }
    }
    for (name, status) in &sites {
        if let Some(place) = places.get(name) {
            write_site(page, report, name, *place, *status)?;
        }
    }
    page.push_str("</svg></div>\n");
    Ok(())
}

/// One in the middle, two beside each other, more in a ring.
fn places<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, Point> {
    let names: Vec<&str> = names.collect();
    let count = f64::from(u32::try_from(names.len()).unwrap_or(u32::MAX));
    let mut number = 0.0;
    let mut places = BTreeMap::new();
    for name in &names {
        let place = match names.len() {
            1 => Point {
                x: WIDTH / 2.0,
                y: 130.0,
            },
            2 => Point {
                x: 170.0 + number * (WIDTH - 340.0),
                y: 130.0,
            },
            _ => {
                let angle = TAU * (number / count) - TAU / 4.0;
                Point {
                    x: WIDTH / 2.0 + 290.0 * angle.cos(),
                    y: 235.0 + 165.0 * angle.sin(),
                }
            }
        };
        places.insert(*name, place);
        number += 1.0;
    }
    places
}

fn write_site(
    page: &mut String,
    report: &Report,
    name: &str,
    at: Point,
    status: Option<Status>,
) -> std::fmt::Result {
    let facts = report.sites.iter().find(|facts| facts.name == name);
    let status = status.unwrap_or(if facts.is_some() {
        Status::InSync
    } else {
        Status::Unknown
    });
    let (region, account) = facts.map_or(("", ""), |facts| (&facts.region, &facts.account));
    writeln!(
        page,
        "<a href=\"#items\" data-way=\"{1}\" class=\"{0}\" aria-label=\"Site {1}, {2}: {5}. Show what begins there\">\
         <circle class=\"node\" cx=\"{3:.1}\" cy=\"{4:.1}\" r=\"{RADIUS}\"/>\
         <text x=\"{3:.1}\" y=\"{6:.1}\">{7} {8}</text><text class=\"small\" x=\"{3:.1}\" y=\"{9:.1}\">{2}</text><text class=\"small\" x=\"{3:.1}\" y=\"{10:.1}\">{11}</text></a>",
        status.name(),
        escaped(name),
        escaped(region),
        at.x,
        at.y,
        status.words(),
        at.y - 4.0,
        sign(status),
        escaped(&shortened(name)),
        at.y + 13.0,
        at.y + RADIUS + 18.0,
        escaped(account),
    )
}

fn shortened(name: &str) -> String {
    if name.chars().count() > 11 {
        let start: String = name.chars().take(10).collect();
        format!("{start}\u{2026}")
    } else {
        name.to_owned()
    }
}

fn write_way(
    page: &mut String,
    (from, start): (&str, Point),
    (to, end): (&str, Point),
    way: &Way,
) -> std::fmt::Result {
    let status = way.status();
    let (path, head, label) = if from == to {
        round(start)
    } else {
        curve(start, end)
    };
    let amiss = if way.amiss > 0 {
        format!("{} of {}", way.amiss, way.items)
    } else {
        way.items.to_string()
    };
    writeln!(
        page,
        "<a href=\"#items\" data-way=\"{0}-&gt;{1}\" class=\"{2}\" aria-label=\"From {0} to {1}: {3}, {4} of {5} amiss. Show them\">\
         <path class=\"wide\" d=\"{path}\"/><path class=\"edge\" d=\"{path}\"/><path class=\"head\" d=\"{head}\"/>\
         <text class=\"label\" x=\"{6:.1}\" y=\"{7:.1}\">{8} {amiss}</text></a>",
        escaped(from),
        escaped(to),
        status.name(),
        status.words(),
        way.amiss,
        way.items,
        label.x,
        label.y,
        sign(status),
    )
}

/// A line from one circle to another, bent to the left so that the way back is another line.
fn curve(start: Point, end: Point) -> (String, String, Point) {
    let along = end.minus(start).unit();
    let aside = Point {
        x: along.y,
        y: -along.x,
    };
    let middle = start.plus(end).times(0.5).plus(aside.times(60.0));
    let out = start.plus(middle.minus(start).unit().times(RADIUS + 3.0));
    let into = end.minus(middle).unit();
    let tip = end.minus(into.times(RADIUS + 5.0));
    let path = format!(
        "M {:.1} {:.1} Q {:.1} {:.1} {:.1} {:.1}",
        out.x, out.y, middle.x, middle.y, tip.x, tip.y
    );
    let label = start
        .plus(end)
        .times(0.5)
        .plus(aside.times(38.0))
        .plus(Point { x: 0.0, y: 5.0 });
    (path, arrow(tip, into), label)
}

/// A loop over a circle: from a site to itself.
fn round(at: Point) -> (String, String, Point) {
    let tip = at.plus(Point {
        x: 18.0,
        y: -RADIUS - 3.0,
    });
    let path = format!(
        "M {:.1} {:.1} C {:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
        at.x - 18.0,
        tip.y,
        at.x - 60.0,
        at.y - RADIUS - 55.0,
        at.x + 60.0,
        at.y - RADIUS - 55.0,
        tip.x,
        tip.y
    );
    let into = Point { x: -0.55, y: 0.83 };
    let label = at.plus(Point {
        x: 0.0,
        y: -RADIUS - 28.0,
    });
    (path, arrow(tip, into), label)
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
