// Package problem writes what the service answers when it has no answer: the one document (RFC 9457), how DexCare's surfaces
// write it, and the one rule for the headers that go with it. Who answers decides the status and the words; the tables are
// where the errors are ([timeslots/internal/api], [timeslots/internal/booking]).
package problem
