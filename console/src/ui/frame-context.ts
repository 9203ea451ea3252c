import { createContext, use } from 'react';

/** What every page can ask of the frame around it. */
export interface FrameActions {
  openDrawer: () => void;
  openPalette: () => void;
  openHelp: () => void;
}

export const FrameContext = createContext<FrameActions | null>(null);

export function useFrame(): FrameActions {
  const frame = use(FrameContext);
  if (!frame) throw new Error('useFrame is used outside of the frame');
  return frame;
}
