// Package record keeps what is known of requests once they are answered. Every request ends here, whichever way it was
// answered: one observation of the metrics, one log line, the end of its trace.
//
//	[Log.Begin] ──▶ … the one who answers fills in the [Request] … ──▶ [Log.End]
//
// All of it is from a closed list of fields. Neither URL, parameters, bodies nor headers are among them (docs/faults.md row
// C). Answers from memory come by the thousand: they share a log line for each second and kind.
package record
