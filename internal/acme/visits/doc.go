// Package visits answers what becomes of slots and patients: bookings and cancelled visits, slots that the health system
// takes and releases by itself, virtual visits from the request to the waiting room, patients' accounts, and reports. Each
// surface is a file. Sold time is kept by the world's store; visits without a slot, reports and deleted accounts are
// remembered here, each up to a bound.
package visits
