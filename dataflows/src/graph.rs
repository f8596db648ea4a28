//! The graph: rows of records in, changes of the rows of all views out.

use crate::chunk::Chunk;
use crate::combine::Combined;
use crate::groups::{GroupChange, Groups};
use crate::latest::Latest;
use crate::people::{People, PersonChange};
use crate::posters::{self, NO_COUNTRY};
use crate::row::{Count, Diff, Settings, Tick, Year};
use crate::stash::Stash;
use crate::state::State;
use crate::view::{Columns, Group, View, ViewRow};
use differential_dataflow::operators::CountTotal;
use differential_dataflow::{AsCollection, VecCollection};
use std::rc::Rc;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::StreamVec;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::generic::OutputBuilder;
use timely::dataflow::operators::generic::builder_rc::OperatorBuilder;
use timely::dataflow::operators::generic::operator::Operator;

/// Chunks of rows become changes of view rows. A tick's changes come out when no more rows of it can come.
///
/// Rows of a tick may come in any order from any worker, as long as each tick takes a contiguous stretch of every
/// partition. Every worker must build the graph with the same settings.
pub fn build<'s>(rows: StreamVec<'s, Tick, Chunk>, settings: &Settings) -> Graph<'s> {
    let state = Rc::new(State::new(settings));
    let k = settings.k;

    let changes = latest_posts(rows, &state);
    let grouped = categories_and_medians(changes.groups, &state);
    let posters = posters::ranked(changes.posters, k);
    let users = users_joined(first_years(changes.people, &state));

    Graph { views: grouped.concatenate([posters, users]), state }
}

/// A built graph.
pub struct Graph<'s> {
    /// The changes of the rows of all views.
    pub views: VecCollection<'s, Tick, ViewRow, Diff>,
    /// What this worker's operators hold.
    pub state: Rc<State>,
}

/// What changes in a tick, combined.
struct Changes<'s> {
    groups: StreamVec<'s, Tick, GroupChange>,
    people: StreamVec<'s, Tick, PersonChange>,
    posters: VecCollection<'s, Tick, (u32, (Count, crate::names::NameId)), Diff>,
}

/// Keeps the latest record of every `ind` and kind, joined by `ind`, and combines what changes in a tick.
///
/// Rows of the oldest open tick are applied as they come; those of later ticks wait.
fn latest_posts<'s>(rows: StreamVec<'s, Tick, Chunk>, state: &Rc<State>) -> Changes<'s> {
    let mut operator = OperatorBuilder::new("Latest posts".to_owned(), rows.scope());
    let mut input = operator.new_input(rows, Exchange::new(|chunk: &Chunk| u64::from(chunk.worker)));
    let (groups, group_changes) = operator.new_output();
    let (people, people_changes) = operator.new_output();
    let (posters, poster_changes) = operator.new_output();
    let mut groups = OutputBuilder::<_, CapacityContainerBuilder<Vec<GroupChange>>>::from(groups);
    let mut people = OutputBuilder::<_, CapacityContainerBuilder<Vec<PersonChange>>>::from(people);
    let mut posters = OutputBuilder::<_, CapacityContainerBuilder<Vec<_>>>::from(posters);

    let state = state.clone();
    operator.build(move |_| {
        let mut stash = Stash::new();
        move |frontiers| {
            let frontier = frontiers[0].frontier();
            let mut latest = state.latest.borrow_mut();
            let mut combined = state.combined.borrow_mut();
            input.for_each(|capability, chunks| {
                let tick = *capability.time();
                let is_oldest = !frontier.less_than(&tick) && stash.is_oldest(tick);
                let waiting = stash.entry(tick, || [0, 1, 2].map(|output| capability.retain(output)));
                if is_oldest {
                    chunks.drain(..).for_each(|chunk| latest.apply(&chunk));
                } else {
                    waiting.append(chunks);
                }
            });
            let (mut groups, mut people, mut posters) =
                (groups.activate(), people.activate(), posters.activate());
            while let Some((tick, capabilities, waiting)) = stash.next_complete(&frontier) {
                waiting.iter().for_each(|chunk| latest.apply(chunk));
                close_tick(&mut latest, &mut combined);
                state.closed.set(tick);
                let mut session = groups.session_with_builder(&capabilities[0]);
                combined.group_changes(latest.counts(), |change| session.give(change));
                let mut session = people.session_with_builder(&capabilities[1]);
                combined.people_changes(|change| session.give(change));
                let mut session = posters.session_with_builder(&capabilities[2]);
                combined.posters.changes(latest.counts(), |country, candidate, diff| {
                    let country = country.map_or(NO_COUNTRY, |id| id.number());
                    session.give(((country, candidate), tick, diff));
                });
            }
        }
    });
    Changes { groups: group_changes, people: people_changes, posters: poster_changes.as_collection() }
}

fn close_tick(latest: &mut Latest, combined: &mut Combined) {
    latest.close(|before, after, counts| combined.change(before, after, counts));
}

/// The rows of the category and median views.
fn categories_and_medians<'s>(
    changes: StreamVec<'s, Tick, GroupChange>,
    state: &Rc<State>,
) -> VecCollection<'s, Tick, ViewRow, Diff> {
    let state = state.clone();
    changes
        .unary_frontier::<CapacityContainerBuilder<Vec<_>>, _, _, _>(
            Exchange::new(GroupChange::hash),
            "Categories and medians",
            move |_, _| {
                let mut stash = Stash::new();
                move |(input, frontier), output| {
                    input.for_each(|capability, changes| {
                        stash
                            .entry(*capability.time(), || [capability.retain(0)])
                            .push(std::mem::take(changes));
                    });
                    while let Some((tick, [capability], changes)) = stash.next_complete(&frontier.frontier())
                    {
                        let mut groups: std::cell::RefMut<'_, Groups> = state.groups.borrow_mut();
                        changes.iter().for_each(|changes| groups.apply(changes));
                        let mut session = output.session_with_builder(&capability);
                        groups.changes(|row, diff| session.give((row, tick, diff)));
                    }
                }
            },
        )
        .as_collection()
}

/// Every person's earliest join year.
fn first_years<'s>(
    changes: StreamVec<'s, Tick, PersonChange>,
    state: &Rc<State>,
) -> VecCollection<'s, Tick, Year, Diff> {
    let state = state.clone();
    changes
        .unary_frontier::<CapacityContainerBuilder<Vec<_>>, _, _, _>(
            Exchange::new(|change: &PersonChange| change.membership.bucket() as u64),
            "First years of people",
            move |_, _| {
                let mut stash = Stash::new();
                move |(input, frontier), output| {
                    input.for_each(|capability, changes| {
                        stash
                            .entry(*capability.time(), || [capability.retain(0)])
                            .push(std::mem::take(changes));
                    });
                    while let Some((tick, [capability], changes)) = stash.next_complete(&frontier.frontier())
                    {
                        let mut people: std::cell::RefMut<'_, People> = state.people.borrow_mut();
                        for is_added in [true, false] {
                            let changes =
                                changes.iter().flatten().filter(|change| change.is_added == is_added);
                            changes.for_each(|change| people.apply(change));
                        }
                        let mut session = output.session_with_builder(&capability);
                        people
                            .changes()
                            .for_each(|(year, change)| session.give((year, tick, change as Diff)));
                    }
                }
            },
        )
        .as_collection()
}

/// The rows of `users_joined_by_year`.
fn users_joined<'s>(
    first_years: VecCollection<'s, Tick, Year, Diff>,
) -> VecCollection<'s, Tick, ViewRow, Diff> {
    first_years.count_total().map(|(year, users)| {
        let group = Group { view: View::UsersJoinedByYear, country: None, year: Some(year), age_group: None };
        ViewRow { group, columns: Columns::Users { users: users as u64 } }
    })
}
