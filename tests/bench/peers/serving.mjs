// What every peer's process does beside answering: tell its address and the CPU it has used, and end with its parent.
import { createServer } from "node:http";

/** Seconds of CPU of this process, all threads, user and system. */
export function spent() {
  const { user, system } = process.cpuUsage();
  return String((user + system) / 1e6);
}

/** Tell the parent where we are, and go when it goes: standard input closes then, however it ended. */
export function announce(port) {
  process.stdin.on("end", () => process.exit(0)).resume();
  console.log(`http://127.0.0.1:${port}`);
}

/** Serve by Node's own server; `answer` takes what is not a question about ourselves. */
export function serve(answer) {
  const server = createServer((request, response) => {
    if (request.url !== "/spent") return answer(request, response);
    const said = spent();
    response.writeHead(200, { "content-type": "text/plain", "content-length": said.length }).end(said);
  });
  server.listen(0, "127.0.0.1", () => announce(server.address().port));
  return server;
}
