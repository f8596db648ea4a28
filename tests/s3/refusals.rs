//! What a store refuses for good is said at once.

use crate::bucket::TestBucket;
use crate::opened::{check_listing_fault, list, open, read, settings};
use crate::proxy::{Fault, FaultProxy};
use pinflow::config::{AccessKey, S3Settings};
use pinflow::store::StoreError;
use std::io;

#[test]
fn lasting_faults_are_said_at_once() {
    let bucket = TestBucket::new("refused");
    bucket.put("topics/object", b"x");
    let settings = settings(&bucket);
    let (source, place) = (bucket.source("topics"), format!("s3://{}", bucket.name));
    let with_key = |id: &str, secret: &str| {
        let key = AccessKey { id: id.to_owned(), secret: secret.to_owned() };
        S3Settings { access_key: Some(key), ..settings.clone() }
    };

    let wrong_secret = with_key(&bucket.server.key.id, "wrong");
    check_listing_fault(
        &source,
        &wrong_secret,
        &format!("{place}/topics/: access denied (SignatureDoesNotMatch: "),
    );
    let wrong_key = with_key("AKIDNOBODY", "wrong");
    check_listing_fault(
        &source,
        &wrong_key,
        &format!("{place}/topics/: access denied (InvalidAccessKeyId: "),
    );
    check_listing_fault(
        "s3://no-such-bucket-here/x",
        &settings,
        "s3://no-such-bucket-here: no such bucket; check",
    );
    let no_profile =
        S3Settings { access_key: None, profile: Some("no-such-profile".to_owned()), ..settings.clone() };
    check_listing_fault(&source, &no_profile, &format!("{place}: no credentials: "));

    let not_ours = S3Settings { access_key: Some(bucket.server.other_key.clone()), ..settings.clone() };
    let denied = format!("{place}/topics/: access denied (AccessDenied: ");
    check_listing_fault(&source, &not_ours, &denied);
    check_listing_fault(
        &source,
        &not_ours,
        "check the credentials, and that they allow s3:ListBucket on the bucket",
    );

    let object = &list(&*open(&source, &settings)).expect("a listing")[0];
    let error = read(&*open(&source, &not_ours), object).expect_err("denied");
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
    assert!(
        error.to_string().starts_with(&format!("{place}/topics/object: access denied (AccessDenied: ")),
        "{error}"
    );
}

/// What AWS answers to those who ask another region.
#[test]
fn the_right_region_is_said() {
    let bucket = TestBucket::new("region");
    let header = "x-amz-bucket-region: eu-west-1\r\n";
    for answer in [
        Fault::Answer("301 Moved Permanently", header, "PermanentRedirect"),
        Fault::Answer("400 Bad Request", header, "AuthorizationHeaderMalformed"),
    ] {
        let proxy = FaultProxy::start(&bucket.server.endpoint, vec![(1000, answer)], 1);
        let settings = S3Settings { endpoint: Some(proxy.endpoint.clone()), ..settings(&bucket) };
        let place = format!("s3://{}", bucket.name);
        let expected = "the bucket is not in the region us-east-1; set s3.region to eu-west-1";
        check_listing_fault(&bucket.source(""), &settings, &format!("{place}: {expected}"));
        assert_eq!(proxy.requests(), 1);
    }
}

/// What AWS answers for an object, and which of it concerns all objects.
#[test]
fn answers_that_another_attempt_would_not_change() {
    let bucket = TestBucket::new("answers");
    bucket.put("object", b"x");
    let object = &list(&*open(&bucket.source(""), &settings(&bucket))).expect("a listing")[0];
    let denied =
        "access denied (ExpiredToken: Proxy); check the credentials, and that they allow s3:GetObject";
    for (status, code, is_of_one_object, expected) in [
        ("403 Forbidden", "InvalidObjectState", true, "the store refuses: InvalidObjectState: Proxy"),
        ("416 Range Not Satisfiable", "InvalidRange", true, "the object was changed after it was listed"),
        ("501 Not Implemented", "NotImplemented", true, "the store refuses: NotImplemented: Proxy"),
        ("400 Bad Request", "ExpiredToken", false, denied),
        ("404 Not Found", "NoSuchBucket", false, "no such bucket"),
    ] {
        let answer = Fault::Answer(status, "", code);
        let proxy = FaultProxy::start(&bucket.server.endpoint, vec![(1000, answer)], 1);
        let settings = S3Settings { endpoint: Some(proxy.endpoint.clone()), ..settings(&bucket) };
        let error = read(&*open(&bucket.source(""), &settings), object).expect_err("refused");
        assert!(error.to_string().contains(expected), "{error}");
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<StoreError>());
        assert_eq!(inner.map(StoreError::is_of_one_object), Some(is_of_one_object), "{code}");
        assert_eq!(proxy.requests(), 1, "{code}");
    }
}
