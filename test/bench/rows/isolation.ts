import { compareWithControl } from '../hanging-trial.ts';
import { rounds, seconds } from '../options.ts';

/** One of two endpoints begins to hang on every request and takes half of the traffic. */
export async function isolation(): Promise<void> {
  await compareWithControl(
    {
      figure: 'healthy endpoint beside one that hangs, ms',
      course: 'burst',
      workspaces: 1,
      wellEach: 1,
      sickEach: 1,
      rate: 300,
      // Long enough for requests to time out and for the circuit to open and probe.
      seconds: Math.min(seconds, 40),
    },
    rounds,
  );
}
