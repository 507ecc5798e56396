// Prints the next appointment times of some clinicians. timeslots.d.ts beside this file is generated from /openapi.json.
import type { operations, Problem, Slot, TimeslotsAnswer } from "./timeslots";

type Question = NonNullable<operations["timeslots"]["parameters"]["query"]>;

async function timeslots(base: string, question: Question): Promise<TimeslotsAnswer> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(question)) query.set(name, String(value)); // lists become "a,b"
  const response = await fetch(`${base}/v1/timeslots?${query}`, { signal: AbortSignal.timeout(5000) });
  if (!response.ok) throw new Error(((await response.json()) as Problem).detail);
  return (await response.json()) as TimeslotsAnswer;
}

const answer = await timeslots("https://slots.example.org", { npi: ["9000000017", "9000000025"], limit: 20 });
const line = (slot: Slot) => `${slot.slotDateTime} ${answer.providers[slot.npi]?.name ?? slot.npi} (${slot.booking.flow})`;

for (const slot of answer.timeslots) console.log(line(slot));
if (answer.nextAvailable) console.log(`nothing in these days; next: ${line(answer.nextAvailable)}`);
for (const source of answer.sources) if (source.status === "failed") console.warn(`${source.key} is missing: ${source.reason}`);
