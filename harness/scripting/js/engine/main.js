/** The engine process: serves the run until its input ends. */
import { Engine } from "./engine.js";

/** What a script left on built-in objects may stop the engine; the run then starts another. */
const BROKEN = 3;

try {
  const engine = new Engine();
  engine.start();
  engine.serve();
} catch {
  Deno.exit(BROKEN);
}
