//! The map: each site a circle, each way from one to another a line, coloured by the worst that goes that way.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::fmt::Write;

use super::super::super::report::{Item, ItemKind, Report, SiteFacts, Status};
use super::{Sites, escaped, sign};

mod geometry;

use geometry::{Point, line, round};

/// How many sites stand with their names in their circles. More have them outside, on a map as great as they need.
const FEW: usize = 6;

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

/// A site on the map.
struct Spot<'a> {
    name: &'a str,
    facts: Option<&'a SiteFacts>,
    status: Option<Status>,
}

/// From where to where, by the keys of the sites, and whether both ways.
type Course = (String, String, bool);

/// Where everything stands.
struct Layout {
    width: f64,
    height: f64,
    middle: Point,
    /// Of each circle.
    radius: f64,
    great: bool,
    places: BTreeMap<String, Point>,
}

/// The course of an item, as the page's rows name it, too.
pub(super) fn course(item: &Item, sites: &Sites<'_>) -> Option<Course> {
    let from = sites.key(item, &item.source.as_ref()?.site);
    let to = sites.key(item, &item.target.as_ref()?.site);
    // What goes both ways is the same from either end.
    Some(if item.two_way && to < from {
        (to, from, true)
    } else {
        (from, to, item.two_way)
    })
}

/// A course in one word.
pub(super) fn word((from, to, both): &Course) -> String {
    let arrow = if *both { "<->" } else { "->" };
    format!("{from}{arrow}{to}")
}

/// Writes the map, unless there is no site to show.
pub(super) fn write(page: &mut String, report: &Report, sites: &Sites<'_>) -> std::fmt::Result {
    let mut spots: BTreeMap<String, Spot<'_>> = BTreeMap::new();
    let mut ways: BTreeMap<Course, Way> = BTreeMap::new();
    for item in &report.items {
        let Some(source) = &item.source else { continue };
        // A bucket whose target has no name yet still goes somewhere: its echo says where, and is counted itself.
        let target = item
            .target
            .as_ref()
            .filter(|_| item.status != Status::Excluded);
        for place in [Some(source), target].into_iter().flatten() {
            let spot = spots
                .entry(sites.key(item, &place.site))
                .or_insert_with(|| Spot {
                    name: &place.site,
                    facts: sites.facts(item, &place.site),
                    status: None,
                });
            if item.kind == ItemKind::Site {
                spot.status = spot.status.max(Some(item.status));
            }
        }
        if let (Some(_), Some(course)) = (target, course(item, sites)) {
            ways.entry(course).or_default().add(item.status);
        }
    }
    if spots.is_empty() {
        return Ok(());
    }
    let layout = Layout::of(spots.keys());
    let (class, size) = if layout.great {
        let size = format!(
            " width=\"{0:.0}\" height=\"{1:.0}\"",
            layout.width, layout.height
        );
        (" class=\"great\"", size)
    } else {
        ("", String::new())
    };
    writeln!(
        page,
        "<h2>Sites</h2>\n<div class=\"map\"><svg{class}{size} viewBox=\"0 0 {:.0} {:.0}\" role=\"group\" aria-label=\"Map of the sites and of what goes from one to another\">",
        layout.width, layout.height
    )?;
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for (from, to, _) in ways.keys() {
        *lines.entry(from).or_default() += 1;
        *lines.entry(to).or_default() += 1;
    }
    for (course, way) in &ways {
        // Where many lines meet there is no room for their labels.
        let late = lines.get(course.0.as_str()) > lines.get(course.1.as_str());
        write_way(page, &layout, course, way, late)?;
    }
    for (key, spot) in &spots {
        write_site(page, &layout, key, spot)?;
    }
    page.push_str("</svg></div>\n");
    Ok(())
}

impl Layout {
    /// One in the middle, two beside each other, more in a ring.
    fn of<'a>(keys: impl ExactSizeIterator<Item = &'a String>) -> Self {
        let sites = keys.len();
        let count = f64::from(u32::try_from(sites).unwrap_or(u32::MAX));
        let great = sites > FEW;
        // Each circle of a great ring has room for a line of text above and below.
        let around = (count * 64.0 / TAU).max(240.0);
        let (ring, middle, radius) = if great {
            let middle = Point {
                x: around + 260.0,
                y: around + 60.0,
            };
            (
                Point {
                    x: around,
                    y: around,
                },
                middle,
                16.0,
            )
        } else {
            let y = if sites > 2 { 235.0 } else { 130.0 };
            (Point { x: 290.0, y: 165.0 }, Point { x: 400.0, y }, 46.0)
        };
        let mut number = 0.0;
        let mut places = BTreeMap::new();
        for key in keys {
            let place = match sites {
                1 => middle,
                2 => Point {
                    x: 170.0 + number * 460.0,
                    y: middle.y,
                },
                _ => {
                    let angle = TAU * (number / count) - TAU / 4.0;
                    Point {
                        x: middle.x + ring.x * angle.cos(),
                        y: middle.y + ring.y * angle.sin(),
                    }
                }
            };
            places.insert(key.clone(), place);
            number += 1.0;
        }
        Self {
            width: middle.x * 2.0,
            height: match sites {
                _ if great => middle.y * 2.0,
                1 | 2 => 260.0,
                _ => 480.0,
            },
            middle,
            radius,
            great,
            places,
        }
    }
}

fn write_site(page: &mut String, layout: &Layout, key: &str, spot: &Spot<'_>) -> std::fmt::Result {
    let Some(&at) = layout.places.get(key) else {
        return Ok(());
    };
    let status = spot.status.unwrap_or(if spot.facts.is_some() {
        Status::InSync
    } else {
        Status::Unknown
    });
    let facts = spot.facts;
    let (region, account) = facts.map_or(("", ""), |facts| (&facts.region, &facts.account));
    write!(
        page,
        "<a href=\"#items\" data-way=\"{0}\" class=\"{1}\" aria-label=\"Site {0}, {2}: {3}. Show what begins there\">\
         <circle class=\"node\" cx=\"{4:.1}\" cy=\"{5:.1}\" r=\"{6:.0}\"/>",
        escaped(key),
        status.name(),
        escaped(region),
        status.words(),
        at.x,
        at.y,
        layout.radius,
    )?;
    if layout.great {
        // Beside the circle, away from the middle.
        let out = at.plus(at.minus(layout.middle).unit().times(layout.radius + 10.0));
        let class = match at.x - layout.middle.x {
            aside if aside > 20.0 => "begin",
            aside if aside < -20.0 => "end",
            _ => "",
        };
        let beyond = if class.is_empty() && at.y < layout.middle.y {
            -16.0
        } else {
            0.0
        };
        return writeln!(
            page,
            "<text x=\"{0:.1}\" y=\"{1:.1}\">{2}</text><text class=\"{3}\" x=\"{4:.1}\" y=\"{5:.1}\">{6}</text><text class=\"small {3}\" x=\"{4:.1}\" y=\"{7:.1}\">{8}</text></a>",
            at.x,
            at.y + 5.0,
            sign(status),
            class,
            out.x,
            out.y + 2.0 + beyond,
            escaped(&shortened(spot.name, 30)),
            out.y + 16.0 + beyond,
            escaped(&format!("{region} {account}")),
        );
    }
    writeln!(
        page,
        "<text x=\"{0:.1}\" y=\"{1:.1}\">{2} {3}</text><text class=\"small\" x=\"{0:.1}\" y=\"{4:.1}\">{5}</text><text class=\"small\" x=\"{0:.1}\" y=\"{6:.1}\">{7}</text></a>",
        at.x,
        at.y - 4.0,
        sign(status),
        escaped(&shortened(spot.name, 11)),
        at.y + 13.0,
        escaped(region),
        at.y + layout.radius + 18.0,
        escaped(account),
    )
}

fn shortened(name: &str, longest: usize) -> String {
    if name.chars().count() > longest {
        let start: String = name.chars().take(longest - 1).collect();
        format!("{start}\u{2026}")
    } else {
        name.to_owned()
    }
}

fn write_way(
    page: &mut String,
    layout: &Layout,
    course: &Course,
    way: &Way,
    late: bool,
) -> std::fmt::Result {
    let (from, to, both) = course;
    let (Some(&start), Some(&end)) = (layout.places.get(from), layout.places.get(to)) else {
        return Ok(());
    };
    let status = way.status();
    let line = if from == to {
        round(start, layout.radius)
    } else {
        line(start, end, layout, *both, late)
    };
    let amiss = if way.amiss > 0 {
        format!("{} of {}", way.amiss, way.items)
    } else {
        way.items.to_string()
    };
    let direction = if *both {
        format!("Between {} and {}", escaped(from), escaped(to))
    } else {
        format!("From {} to {}", escaped(from), escaped(to))
    };
    // The line has a gap for its label, as wide as that may become in any font.
    let label = format!("{} {amiss}", sign(status));
    let wide = label.chars().map(|_| 0.6).sum::<f64>() + 0.4;
    writeln!(
        page,
        "<a href=\"#items\" data-way=\"{0}\" class=\"{1}\" aria-label=\"{direction}: {2}, {3} of {4} amiss. Show them\">\
         <path class=\"wide\" d=\"{5}\"/><path class=\"edge\" d=\"{5}\"/><path class=\"head\" d=\"{6}\"/>\
         <rect class=\"gap\" transform=\"translate({7:.1} {8:.1})\" x=\"{10:.2}em\" y=\"-1.05em\" width=\"{wide:.2}em\" height=\"1.4em\"/>\
         <text class=\"label\" x=\"{7:.1}\" y=\"{8:.1}\">{9}</text></a>",
        escaped(&word(course)),
        status.name(),
        status.words(),
        way.amiss,
        way.items,
        line.path,
        line.heads,
        line.label.x,
        line.label.y,
        label,
        -wide / 2.0,
    )
}
