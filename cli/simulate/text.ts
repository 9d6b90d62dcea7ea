/** `14:07:41`, for lines whose day is clear. */
export function timeOfDay(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
