// Package world is what exists of a simulated health system: places, departments, clinicians and their schedules, which
// follow from a seed and stay as they are ([Directory]), and what was sold ([Store]). It knows no request and no answer.
//
//	Options ──▶ New ──▶ Directory: EHR instances, departments, clinicians, an Offer for each visit type,
//	                    │          a Schedule for each person
//	                    ▼
//	          Store.Calendars(schedules, view) ──▶ Calendar ──▶ Openings, day by day
//	          Store.Book, Cancel, Take, Release
//
// A schedule's starts are a grid; about a third of it is busy, by a hash, so nothing is stored per slot: free is the grid,
// less what the hash calls busy, less what was sold.
package world
