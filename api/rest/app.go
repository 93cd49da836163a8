package rest

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// The resources as version 0.4.0 of the Nautobot app has them, with url,
// display, created and last_updated.

const appPath = "/api/plugins/circuit-maintenance/"

// AppCommon are the fields that all of them have; exported as Paging is.
type AppCommon struct {
	ID          string     `json:"id"`
	URL         string     `json:"url"`
	Display     string     `json:"display"`
	Created     *time.Time `json:"created"`
	LastUpdated *time.Time `json:"last_updated"`
}

// common makes them; resource is the last part of the path.
func common(ctx context.Context, resource, id, display string, created, updated time.Time) AppCommon {
	c := AppCommon{ID: id, Display: display, Created: instant(created), LastUpdated: instant(updated)}
	c.URL = addressOf(ctx, appPath+resource+"/"+id+"/")
	return c
}

// addressOf is a path as a URL that the asker can use.
func addressOf(ctx context.Context, path string) string {
	who := whoAsks(ctx)
	if who.url == nil {
		return ""
	}
	u := *who.url
	u.Path, u.RawPath, u.RawQuery = who.prefix+path, "", ""
	return u.String()
}

// reference is null for no id.
func reference(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}

// ItemPath is the address of one row; exported as Paging is.
type ItemPath struct {
	ID string `path:"id" maxLength:"300" doc:"Id"`
}

// Row has the fields by which a row of a bulk write is named, and those that
// are only read: scripts send them back, and they change nothing.
type Row struct {
	ID          *string `json:"id,omitempty" maxLength:"36" doc:"Needed in a list"`
	URL         *string `json:"url,omitempty" doc:"Not written"`
	Display     *string `json:"display,omitempty" doc:"Not written"`
	Created     *string `json:"created,omitempty" doc:"Not written"`
	LastUpdated *string `json:"last_updated,omitempty" doc:"Not written"`
}

// row gives the id of a row that a bulk write names, or that of the path.
func (r Row) row(path string) (string, error) {
	switch {
	case path != "" && r.ID != nil && *r.ID != path:
		return "", badField("id", "it is not the one of the address")
	case path != "":
		return path, nil
	case r.ID == nil || *r.ID == "":
		return "", badField("id", "each row of the list needs its id")
	}
	return *r.ID, nil
}

// crud registers what can be done to a resource of the app beside its list.
type crud struct {
	name, many, one string // path, and what it is called
}

func (c crud) list() string { return appPath + c.name }
func (c crud) item() string { return appPath + c.name + "/{id}" }

// registerIndex serves what clients of the app ask for first.
func (s *server) registerIndex() {
	index := func(paths map[string]string) func(context.Context, *struct{}) (*answer[map[string]string], error) {
		return func(ctx context.Context, _ *struct{}) (*answer[map[string]string], error) {
			urls := map[string]string{}
			for name, path := range paths {
				urls[name] = addressOf(ctx, path)
			}
			return &answer[map[string]string]{Body: urls}, nil
		}
	}
	get(s, "/api", "api-index", "What is here", index(map[string]string{"v1": "/api/v1/maintenances", "plugins": appPath, "graphql": "/api/graphql/", "openapi": "/openapi.json"}))
	resources := map[string]string{}
	for _, name := range []string{"maintenance", "circuitimpact", "note", "notificationsource", "rawnotification", "parsednotification"} {
		resources[name] = appPath + name + "/"
	}
	get(s, strings.TrimSuffix(appPath, "/"), "app-index", "The resources of the Nautobot app", index(resources))
}

func (s *server) registerApp() {
	s.registerIndex()
	s.registerAppMaintenances(crud{"maintenance", "maintenances", "maintenance"})
	s.registerAppImpacts(crud{"circuitimpact", "impacts", "impact"})
	s.registerAppNotes(crud{"note", "notes", "note"})
	s.registerAppMails()
}

// writers registers the six writes of a resource: W is what is sent, J what is
// answered, run does a list of them.
func writers[W any, J any](s *server, c crud, write func(ctx context.Context, method string, ids []string, rows []W) ([]J, error)) {
	type single struct {
		ItemPath
		RawInput
	}
	item := func(method, verb string) {
		register(s, operation{
			method: method, path: c.item(), id: "app-" + verb + "-" + c.name, summary: verb + " one " + c.one, body: bodySchema[W](s, true, false),
		}, func(ctx context.Context, in *single) (*answer[J], error) {
			row, err := decode[W](s, in.RawInput)
			if err != nil {
				return nil, err
			}
			done, err := write(ctx, method, []string{in.ID}, []W{row})
			if err != nil {
				return nil, err
			}
			return &answer[J]{Body: done[0]}, nil
		})
		register(s, operation{
			method: method, path: c.list(), id: "app-" + verb + "-" + c.name + "-list", summary: verb + " many " + c.many + ", all or none",
			body: bodySchema[W](s, false, true), bulk: true,
		}, func(ctx context.Context, in *RawInput) (*answer[[]J], error) {
			rows, _, err := decodeMany[W](s, *in, false)
			if err != nil {
				return nil, err
			}
			done, err := write(ctx, method, nil, rows)
			return &answer[[]J]{Body: done}, err
		})
	}
	item(http.MethodPut, "replace")
	item(http.MethodPatch, "change")
	register(s, operation{
		method: http.MethodPost, path: c.list(), id: "app-create-" + c.name, summary: "create one or many " + c.many + ", all or none",
		status: http.StatusCreated, body: bodySchema[W](s, true, true), bulk: true,
	}, func(ctx context.Context, in *RawInput) (*answer[any], error) {
		rows, alone, err := decodeMany[W](s, *in, true)
		if err != nil {
			return nil, err
		}
		done, err := write(ctx, http.MethodPost, nil, rows)
		if err != nil {
			return nil, err
		}
		if alone {
			return &answer[any]{Body: done[0]}, nil
		}
		return &answer[any]{Body: done}, nil
	})
}

// removers registers the two deletions of a resource.
func removers(s *server, c crud, remove func(ctx context.Context, ids []string) error) {
	register(s, operation{
		method: http.MethodDelete, path: c.item(), id: "app-delete-" + c.name, summary: "delete one " + c.one, status: http.StatusNoContent,
	}, func(ctx context.Context, in *ItemPath) (*nothing, error) {
		return nil, remove(ctx, []string{in.ID})
	})
	register(s, operation{
		method: http.MethodDelete, path: c.list(), id: "app-delete-" + c.name + "-list", summary: "delete many " + c.many + ", all or none",
		status: http.StatusNoContent, body: bodySchema[Named](s, false, true), bulk: true,
	}, func(ctx context.Context, in *RawInput) (*nothing, error) {
		rows, _, err := decodeMany[Named](s, *in, false)
		if err != nil {
			return nil, err
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		return nil, remove(ctx, ids)
	})
}

// Named names one row of a bulk deletion.
type Named struct {
	ID string `json:"id" maxLength:"36"`
}
