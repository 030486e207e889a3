/** The program of the thread that a file is open in: `serve()`, as text. Generated; changes made here are lost. */
export const workerProgram: string = String.raw`
(() => {
  function executorOf(db) {
    const mostPrepared = 200;
    const prepared = /* @__PURE__ */ new Map();
    function prepare(sql) {
      let known = prepared.get(sql);
      if (known === void 0) {
        const places = [];
        const plain = sql.replaceAll(/\?(\d+)/g, (_, place) => (places.push(Number(place) - 1), "?"));
        const statement = db.prepare(plain);
        const gives = statement.reader ?? (statement.columns?.() ?? []).length > 0;
        if (prepared.size >= mostPrepared) prepared.clear();
        prepared.set(sql, known = { statement, gives, places });
      }
      return known;
    }
    function run(sql, given) {
      const { statement, gives, places } = prepare(sql);
      const values = places.length === 0 ? given : places.map((place) => given[place] ?? null);
      if (gives) {
        const rows = statement.all(...values);
        return { rows, changes: rows.length, lastId: 0 };
      }
      const { changes, lastInsertRowid } = statement.run(...values);
      return { rows: [], changes: Number(changes), lastId: Number(lastInsertRowid) };
    }
    function unit({ guard, work }) {
      const found = guard === void 0 ? void 0 : run(guard.sql, guard.values).rows[0];
      if (guard !== void 0 && found === void 0) return void 0;
      const bound = found === void 0 ? [] : [Object.values(found)[0] ?? null];
      return { guard: found, work: work.map(({ sql, values }) => run(sql, [...bound, ...values])) };
    }
    function transaction(units) {
      run("begin immediate", []);
      try {
        const results = units.map(unit);
        run("commit", []);
        return results;
      } catch (error) {
        try {
          run("rollback", []);
        } catch {
        }
        throw error;
      }
    }
    return (request) => request.kind === "transaction" ? transaction(request.units) : run(request.sql, request.values);
  }

  function serve() {
    const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
    const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
    const { file, opening } = workerData;
    let execute;
    let db;
    function opened() {
      if (execute !== void 0) return execute;
      const fresh = new DatabaseSync(file, { timeout: 0 });
      try {
        for (const sql of opening) fresh.exec(sql);
      } catch (error) {
        fresh.close();
        throw error;
      }
      db = fresh;
      return execute = executorOf(fresh);
    }
    parentPort?.on("message", ({ id, request }) => {
      try {
        if (request === "close") db?.close();
        parentPort.postMessage({ id, value: request === "close" ? void 0 : opened()(request) });
      } catch (error) {
        const { message, errcode, code } = error;
        parentPort.postMessage({ id, error: { message, errcode, code } });
      }
    });
  }

  serve();
})();
`
