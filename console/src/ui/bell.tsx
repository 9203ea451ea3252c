/** Carillon's mark. */
export function Bell({ size = 20 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M10 2.2v1.6M4.6 14.2c1.2-1.3 1.5-3 1.5-5.2a3.9 3.9 0 0 1 7.8 0c0 2.2.3 3.9 1.5 5.2z" />
      <path d="M8.4 16.6a1.7 1.7 0 0 0 3.2 0" />
    </svg>
  );
}
