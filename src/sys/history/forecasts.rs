//! Forecasts, kept until their time has come and then scored.

use std::path::Path;

use rusqlite::{Row, params};

use super::{History, HistoryError};
use crate::model::history::{Forecast, Outcome};
use crate::model::home::Home;

const COLUMNS: &str = "id, made, node, kind, subject, horizon, threshold, probability, will_cross, \
    eta_early, eta, eta_late, method, basis, scored, crossed, crossed_at";

impl History {
    /// Opens the history of `home` to be written; made where there is none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn writable(home: &Home) -> Result<Self, HistoryError> {
        let file = home.history();
        Self::to_write(Path::new(&file))
    }

    /// Keeps forecasts. One that was kept already (the same time, node, kind,
    /// subject and horizon) is not kept again.
    ///
    /// # Errors
    /// When they cannot be written: none is then.
    pub fn add_forecasts(&self, forecasts: &[Forecast]) -> Result<(), HistoryError> {
        let add = || -> rusqlite::Result<()> {
            let transaction = self.connection.unchecked_transaction()?;
            let mut insert = transaction.prepare(
                "INSERT OR IGNORE INTO forecasts (made, due, node, kind, subject, horizon, \
                 threshold, probability, will_cross, eta_early, eta, eta_late, method, basis) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?;
            for one in forecasts {
                let [early, likely, late] = one.eta_s;
                insert.execute(params![
                    one.made,
                    one.made.saturating_add(one.horizon_s),
                    one.node,
                    one.kind,
                    one.subject,
                    one.horizon_s,
                    one.threshold,
                    one.probability,
                    one.will_cross,
                    early,
                    likely,
                    late,
                    one.method,
                    one.basis,
                ])?;
            }
            drop(insert);
            transaction.commit()
        };
        add().map_err(|error| self.of(&error))
    }

    /// Forecasts whose time has come and that are not scored yet, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn due_forecasts(&self, now: i64) -> Result<Vec<Forecast>, HistoryError> {
        let text = format!(
            "SELECT {COLUMNS} FROM forecasts WHERE scored IS NULL AND due <= ?1 ORDER BY due, id"
        );
        self.all(&text, [now], forecast)
    }

    /// Forecasts made in `[since, until)`, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn forecasts(&self, since: i64, until: i64) -> Result<Vec<Forecast>, HistoryError> {
        let text = format!(
            "SELECT {COLUMNS} FROM forecasts WHERE made >= ?1 AND made < ?2 ORDER BY made, id"
        );
        self.all(&text, [since, until], forecast)
    }

    /// Notes what came of one. What was scored stays as it was.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn score(&self, id: i64, outcome: Outcome) -> Result<(), HistoryError> {
        let scored = self.connection.execute(
            "UPDATE forecasts SET scored = ?2, crossed = ?3, crossed_at = ?4 \
             WHERE id = ?1 AND scored IS NULL",
            params![id, outcome.scored, outcome.crossed, outcome.crossed_at],
        );
        scored.map(drop).map_err(|error| self.of(&error))
    }
}

fn forecast(row: &Row<'_>) -> rusqlite::Result<Forecast> {
    let scored: Option<i64> = row.get(14)?;
    let crossed: Option<bool> = row.get(15)?;
    let crossed_at = row.get(16)?;
    Ok(Forecast {
        id: row.get(0)?,
        made: row.get(1)?,
        node: row.get(2)?,
        kind: row.get(3)?,
        subject: row.get(4)?,
        horizon_s: row.get(5)?,
        threshold: row.get(6)?,
        probability: row.get(7)?,
        will_cross: row.get(8)?,
        eta_s: [row.get(9)?, row.get(10)?, row.get(11)?],
        method: row.get(12)?,
        basis: row.get(13)?,
        outcome: scored.zip(crossed).map(|(scored, crossed)| Outcome {
            scored,
            crossed,
            crossed_at,
        }),
    })
}
