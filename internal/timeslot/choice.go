package timeslot

// Choice is a slot that somebody has chosen, as it stands in an answer (docs/interface.md §3.5). The department is named by its
// key or by its URL name, the visit type by its short name, its id, or both.
type Choice struct {
	NPI           string
	DepartmentKey string // "<ehrInstance>|<departmentId>"; empty: URLName says it
	URLName       string
	VisitTypeName string
	VisitTypeID   string
	Start         int64  // Unix seconds
	Day           Date   // of the start, as it was written: counts where nobody knows the department's zone; 0: in UTC
	ID            string // as answers name the slot; empty: unknown
}
