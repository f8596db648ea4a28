//! `GET /v1/posts/{ind}`: what the views hold of an `ind`, answered by the worker that holds it.

use crate::api::answer;
use crate::http::Problem;
use crate::lookups::Answer;
use crate::running::Running;
use crate::times::rfc_3339;
use crate::views::TickName;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use pinflow_dataflows::held::Part;
use pinflow_dataflows::names::{NameId, Names};
use pinflow_dataflows::row::{Geo, Pin, User};
use serde_json::{Value, json};
use std::sync::Arc;

/// The post as of a tick that the views show, too.
pub async fn get_post(
    State(running): State<Arc<Running>>,
    Path(ind): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ind = ind.parse().ok().filter(|ind| *ind <= i64::MAX as u64).ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, format!("{ind:?} is no ind: a whole number up to 2^63-1"))
    })?;
    let asked = running.shared.lookups.ask(ind);
    running.shared.sequencer.wake();
    let Ok(Answer { tick, held }) = asked.await else {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the run is stopping"));
    };
    running.shared.views.wait_published(tick).await;
    let as_of = TickName { epoch: running.epoch, n: tick };
    if (held.pin, held.geo, held.user) == (None, None, None) {
        let problem = Problem::new(StatusCode::NOT_FOUND, format!("there is no post {ind}"));
        return Err(problem.with("as_of", as_of.to_string()));
    }
    let parts = json!({
        "ind": ind,
        "as_of": as_of.to_string(),
        "pin": held.pin.map(|part| pin(&running, part)),
        "geo": held.geo.map(|part| geo(&running, part)),
        "user": held.user.map(|part| user(&running, part)),
    });
    Ok(answer::as_of(as_of, &headers, || parts.to_string().into_bytes()))
}

fn pin(running: &Running, Part { record, time }: Part<Pin>) -> Value {
    let names = &running.shared.names;
    json!({
        "poster_name": text(&names.posters, record.poster),
        "follower_count": record.follower_count.map(|count| count.get()),
        "category": text(&names.categories, record.category),
        "time": rfc_3339(time),
    })
}

fn geo(running: &Running, Part { record, time }: Part<Geo>) -> Value {
    json!({
        "country": text(&running.shared.names.countries, record.country),
        "post_year": record.post_year.map(|year| year.get()),
        "time": rfc_3339(time),
    })
}

fn user(running: &Running, Part { record, time }: Part<User>) -> Value {
    let group = record.age.map(|age| running.shared.settings.age_groups.of(age));
    json!({
        "user_name": text(&running.shared.names.people, record.name),
        "age": record.age,
        "age_group": group.map(|group| running.shared.settings.age_groups.label(group)),
        "join_year": record.join_year.map(|year| year.get()),
        "time": rfc_3339(time),
    })
}

fn text(names: &Names, id: Option<NameId>) -> Option<String> {
    id.map(|id| names.text(id))
}
