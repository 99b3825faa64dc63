import GRDB

/// The tables of a file of preferences, by version.
///
/// Rows are only ever added; triggers refuse everything else, whoever writes. `entries` numbers all
/// rows of all tables in the order they came, so that the file as it stood at row n can be told.
enum Schema {
  /// "rlx1" in ASCII, in the header of every file: tells ours from other SQLite databases.
  static let applicationID: Int32 = 0x726C_7831

  static let tables = [
    "prompts", "candidates", "rankings", "comparisons", "judgements", "undoings",
  ]

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 preferences") { db in
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: version1)
      for table in tables.dropLast() { try db.execute(sql: appendOnly(table) + numbered(table)) }
      try db.execute(sql: appendOnly("entries", key: "row"))
      try db.execute(sql: standing)
    }
    migrator.registerMigration("2 undoings") { db in
      try db.execute(sql: version2 + appendOnly("undoings") + numbered("undoings"))
    }
    return migrator
  }

  private static let version1 = """
    CREATE TABLE prompts (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      text TEXT NOT NULL UNIQUE
    );
    CREATE TABLE candidates (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      prompt_id INTEGER NOT NULL REFERENCES prompts (id),
      text TEXT NOT NULL,
      tokens TEXT,
      model TEXT,
      settings TEXT
    );
    CREATE UNIQUE INDEX candidates_once ON candidates (
      prompt_id, text, COALESCE(tokens, ''), COALESCE(model, ''), COALESCE(settings, '')
    );
    CREATE TABLE rankings (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      prompt_id INTEGER NOT NULL REFERENCES prompts (id),
      candidates TEXT NOT NULL,
      "by" TEXT NOT NULL,
      time INTEGER NOT NULL
    );
    CREATE TABLE comparisons (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      prompt_id INTEGER NOT NULL REFERENCES prompts (id),
      a INTEGER NOT NULL REFERENCES candidates (id),
      b INTEGER NOT NULL REFERENCES candidates (id),
      source TEXT NOT NULL,
      ranking_id INTEGER REFERENCES rankings (id),
      CHECK (a <> b)
    );
    CREATE INDEX comparisons_of ON comparisons (a, b);
    CREATE TABLE judgements (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      comparison_id INTEGER NOT NULL REFERENCES comparisons (id),
      choice TEXT CHECK (choice IN ('first', 'second', 'tie', 'skip')),
      strength REAL CHECK (strength > 0 AND strength < 1),
      "by" TEXT NOT NULL,
      shown TEXT CHECK (shown IN ('ab', 'ba')),
      shown_digest TEXT,
      time INTEGER NOT NULL,
      withdraws INTEGER REFERENCES judgements (id),
      CHECK ((withdraws IS NULL) = (choice IS NOT NULL))
    );
    CREATE INDEX judgements_of ON judgements (comparison_id, "by");
    -- Partial: SQLite must not look for the many rows that withdraw nothing in it.
    CREATE UNIQUE INDEX judgements_withdrawn ON judgements (withdraws) WHERE withdraws IS NOT NULL;
    CREATE TABLE entries (
      row INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      id INTEGER NOT NULL
    );
    CREATE TRIGGER judgements_withdraw BEFORE INSERT ON judgements
    WHEN NEW.withdraws IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM judgements
      WHERE id = NEW.withdraws AND comparison_id = NEW.comparison_id AND withdraws IS NULL
    )
    BEGIN
      SELECT RAISE(ABORT, 'only a judgement of the same comparison can be withdrawn');
    END;
    """

  /// A row here takes back all rows from `first` to `last`, whatever they say; or, if it `undoes` an
  /// earlier one of these, brings the rows back that that one took. What is taken back is out of
  /// every view, and stays in the file.
  private static let version2 = """
    CREATE TABLE undoings (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      first INTEGER,
      last INTEGER,
      undoes INTEGER REFERENCES undoings (id),
      time INTEGER NOT NULL,
      CHECK ((undoes IS NULL) = (first IS NOT NULL) AND (undoes IS NULL) = (last IS NOT NULL))
    );
    CREATE UNIQUE INDEX undoings_once ON undoings (undoes) WHERE undoes IS NOT NULL;
    -- A withdrawal that was taken back may come again.
    DROP INDEX judgements_withdrawn;
    CREATE INDEX judgements_withdrawn ON judgements (withdraws) WHERE withdraws IS NOT NULL;
    CREATE VIEW effective_undoings AS SELECT id, first, last FROM undoings AS u
    WHERE undoes IS NULL AND NOT EXISTS (SELECT 1 FROM undoings AS w WHERE w.undoes = u.id);
    -- +kind: by the rows' numbers, not through all rows of a kind.
    CREATE VIEW undone AS SELECT +e.kind AS kind, e.id, e.row FROM effective_undoings AS u
      CROSS JOIN entries AS e ON e.row BETWEEN u.first AND u.last;
    DROP VIEW standing;
    DROP VIEW valid;
    CREATE VIEW valid AS SELECT * FROM judgements AS j
    WHERE withdraws IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM judgements AS w WHERE w.withdraws = j.id
          AND w.id NOT IN (SELECT id FROM undone WHERE kind = 'judgements')
      )
      AND j.id NOT IN (SELECT id FROM undone WHERE kind = 'judgements');
    CREATE VIEW standing AS SELECT * FROM valid AS j
    WHERE NOT EXISTS (
      SELECT 1 FROM valid AS later
      WHERE later.comparison_id = j.comparison_id AND later."by" = j."by" AND later.id > j.id
    );
    CREATE VIEW known AS SELECT * FROM comparisons
    WHERE id NOT IN (SELECT id FROM undone WHERE kind = 'comparisons');
    """

  /// Refuses changed and deleted rows, also those that REPLACE would make.
  private static func appendOnly(_ table: String, key: String = "id") -> String {
    let refusal = "SELECT RAISE(ABORT, '\(table): rows are only ever added');"
    return """
      CREATE TRIGGER \(table)_no_update BEFORE UPDATE ON \(table) BEGIN \(refusal) END;
      CREATE TRIGGER \(table)_no_delete BEFORE DELETE ON \(table) BEGIN \(refusal) END;
      CREATE TRIGGER \(table)_no_replace BEFORE INSERT ON \(table)
      WHEN EXISTS (SELECT 1 FROM \(table) WHERE \(key) = NEW.\(key)) BEGIN \(refusal) END;
      """
  }

  /// Gives each row of a table the next number in `entries`.
  private static func numbered(_ table: String) -> String {
    """
    CREATE TRIGGER \(table)_numbered AFTER INSERT ON \(table) BEGIN
      INSERT INTO entries (kind, id) VALUES ('\(table)', NEW.id);
    END;
    """
  }

  /// The judgements that count: of each annotator's on a comparison the last that is not withdrawn.
  private static let standing = """
    CREATE VIEW valid AS SELECT * FROM judgements AS j
    WHERE withdraws IS NULL
      AND NOT EXISTS (SELECT 1 FROM judgements AS w WHERE w.withdraws = j.id);
    CREATE VIEW standing AS SELECT * FROM valid AS j
    WHERE NOT EXISTS (
      SELECT 1 FROM valid AS later
      WHERE later.comparison_id = j.comparison_id AND later."by" = j."by" AND later.id > j.id
    );
    """
}
