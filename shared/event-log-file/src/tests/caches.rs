//! Index caches change the time of opening, never an answer.

use super::*;

fn caches(files: &SimulatedFiles) -> Vec<PathBuf> {
    files.contents().into_keys().filter(|path| path.extension().is_some_and(|ending| ending == "idx")).collect()
}

#[tokio::test]
async fn without_caches_with_bad_ones_and_with_those_of_others_the_answers_are_the_same() {
    let files = SimulatedFiles::default();
    let all = write(settings(&files), 40).await;
    let good = files.contents();
    let paths = caches(&files);
    assert!(paths.len() > 5, "finished segments have caches");
    assert_answers(&open(settings(&files)).unwrap(), &all).await;

    for path in &paths {
        files.tamper(path, None);
    }
    let reader = FileLog::open_reader_blocking(dir(), settings(&files)).unwrap();
    assert_answers(&reader, &all).await;
    assert!(caches(&files).is_empty(), "a reader writes none");
    assert_answers(&open(settings(&files)).unwrap(), &all).await;
    assert_eq!(files.contents()[&paths[0]], good[&paths[0]], "the writer makes them again");

    for at in 0..good[&paths[1]].len() {
        let mut bad = good[&paths[1]].clone();
        bad[at] ^= 1;
        files.tamper(&paths[1], Some(bad));
        assert_eq!(open(settings(&files)).unwrap().head(MEMOS).await.unwrap().last_sequence, 40, "byte {at}");
        assert_eq!(files.contents()[&paths[1]], good[&paths[1]], "byte {at} was noticed");
    }
    files.tamper(&paths[1], Some(good[&paths[2]].clone()));
    files.tamper(&paths[3], Some(Vec::new()));
    assert_answers(&open(settings(&files)).unwrap(), &all).await;
}

/// A cache can hide damage from opening, never from reading.
#[tokio::test]
async fn damage_behind_a_cache_is_found_when_it_is_read() {
    let files = SimulatedFiles::default();
    write(settings(&files), 40).await;
    let mut content = files.content(&segment(1)).unwrap();
    content[30] ^= 1;
    files.tamper(&segment(1), Some(content));
    let log = open(settings(&files)).unwrap();
    let expected = format!("MEMOS sequence 1 ({}, line 1, byte offset 0)", segment(1).display());
    let read = log.read(MEMOS, 1, ReadLimits::default()).await;
    assert!(matches!(&read, Err(LogError::Damaged { place, .. }) if *place == expected), "{read:?}");
    let scanned = log.scan(MEMOS, 1).each_line(|_| Ok::<(), LogError>(()));
    assert!(matches!(&scanned, Err(LogError::Damaged { place, .. }) if *place == expected), "{scanned:?}");
}
