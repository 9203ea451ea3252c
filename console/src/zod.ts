import { z } from 'zod';

// The compiled parsers of zod use `new Function`, which the page's policy forbids.
z.config({ jitless: true });

export { z };
