import { compareWithControl } from '../hanging-trial.ts';
import { rounds, seconds } from '../options.ts';

/** Fifty of a hundred endpoints, in ten workspaces, hang: all along, all at the same moment, and when the worker starts. */
export async function hanging(): Promise<void> {
  for (const course of ['settled', 'burst', 'cold'] as const) {
    await compareWithControl(
      {
        figure: '50 healthy endpoints beside 50 that hang, ms',
        course,
        workspaces: 10,
        wellEach: 5,
        sickEach: 5,
        rate: 300,
        seconds: Math.min(seconds, 30),
      },
      rounds,
    );
  }
}
