package graph

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// handler is the API and the server of tokens.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /"+Tenant+"/oauth2/v2.0/token", s.token)
	const user = " /v1.0/users/{user}"
	for pattern, answer := range map[string]func(*call){
		"GET" + user + "/mailFolders":                         (*call).listFolders,
		"GET" + user + "/mailFolders/{folder}":                (*call).getFolder,
		"GET" + user + "/mailFolders/{folder}/childFolders":   (*call).listFolders,
		"GET" + user + "/mailFolders/{folder}/messages":       (*call).listMessages,
		"GET" + user + "/mailFolders/{folder}/messages/delta": (*call).delta,
		"GET" + user + "/messages/{message}":                  (*call).getMessage,
		"GET" + user + "/messages/{message}/$value":           (*call).value,
		"PATCH" + user + "/messages/{message}":                (*call).patch,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, answer) })
	}
	return mux
}

// call is one call of the API, with the server locked.
type call struct {
	*Server
	w http.ResponseWriter
	r *http.Request
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, answer func(*call)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	c := &call{s, w, r}
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !bearer || !s.tokens[token]:
		c.refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
	case s.faults.Fail > 0:
		s.faults.Fail--
		if s.faults.RetryAfter != "" {
			w.Header().Set("Retry-After", s.faults.RetryAfter)
		}
		c.refuse(s.faults.Status, "TooManyRequests", "Application is over its MailboxConcurrency limit.")
	case s.faults.Forbidden:
		c.refuse(http.StatusForbidden, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
	case !strings.EqualFold(r.PathValue("user"), Account):
		c.refuse(http.StatusNotFound, "ErrorInvalidUser", "The requested user is invalid.")
	case r.PathValue("folder") != "" && s.folder(r.PathValue("folder")) == nil:
		c.refuse(http.StatusNotFound, "ErrorItemNotFound", "The specified object was not found in the store.")
	default:
		answer(c)
	}
}

// token gives access tokens to the application.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{s, w, r}
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	switch {
	case r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("scope") != "https://graph.microsoft.com/.default":
		c.json(http.StatusBadRequest, map[string]any{"error": "invalid_scope", "error_description": "AADSTS70011: The provided value for scope is not valid."})
	case id != ClientID || secret != Secret:
		c.json(http.StatusUnauthorized, map[string]any{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."})
	default:
		s.issued++
		token := fmt.Sprintf("token-%d", s.issued)
		s.tokens[token] = true
		life := s.faults.Life
		if life == 0 {
			life = 3600
		}
		c.json(http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": life, "access_token": token})
	}
}

func (c *call) json(status int, v any) {
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	_ = json.NewEncoder(c.w).Encode(v) // whoever hung up needs no answer
}

func (c *call) refuse(status int, code, text string) {
	c.json(status, map[string]any{"error": map[string]any{"code": code, "message": text}})
}

// only refuses options that the real API does not take there.
func (c *call) only(names ...string) bool {
	for name := range c.r.URL.Query() {
		if !slices.Contains(names, name) {
			c.refuse(http.StatusBadRequest, "BadRequest", "The query parameter "+name+" is not supported.")
			return false
		}
	}
	return true
}

func (c *call) getFolder() {
	if c.only("$select") {
		c.json(http.StatusOK, c.folderJSON(c.folder(c.r.PathValue("folder"))))
	}
}

func (c *call) folderJSON(f *folder) map[string]any {
	children := 0
	for _, other := range c.folders {
		if other.parent == f.id {
			children++
		}
	}
	return map[string]any{"id": f.id, "displayName": f.name, "parentFolderId": f.parent, "childFolderCount": children}
}

func (c *call) listFolders() {
	if !c.only("$top", "$filter", "$skip") {
		return
	}
	parent := ""
	if name := c.r.PathValue("folder"); name != "" {
		parent = c.folder(name).id
	}
	var all []any
	for _, f := range c.folders {
		if f.parent != parent {
			continue
		}
		if filter := c.r.URL.Query().Get("$filter"); filter != "" {
			name, ok := strings.CutPrefix(filter, "displayName eq '")
			if !ok {
				c.refuse(http.StatusBadRequest, "BadRequest", "Invalid filter clause")
				return
			}
			if !strings.EqualFold(strings.ReplaceAll(strings.TrimSuffix(name, "'"), "''", "'"), f.name) {
				continue
			}
		}
		all = append(all, c.folderJSON(f))
	}
	c.list(all, 10)
}

// list gives one page of a collection, with $top and $skip.
func (c *call) list(all []any, size int) {
	q := c.r.URL.Query()
	if top, err := strconv.Atoi(q.Get("$top")); err == nil && top > 0 {
		size = min(top, 1000)
	}
	skip, _ := strconv.Atoi(q.Get("$skip"))
	answer := map[string]any{}
	all = all[min(skip, len(all)):]
	if len(all) > size {
		q.Set("$skip", strconv.Itoa(skip+size))
		answer["@odata.nextLink"] = c.link(q.Encode())
		all = all[:size]
	}
	answer["value"] = append([]any{}, all...)
	c.json(http.StatusOK, answer)
}

// link is this call's address with another query.
func (c *call) link(query string) string {
	base := c.URL()
	if c.faults.Elsewhere {
		base = "http://127.0.0.2:1"
	}
	return base + c.r.URL.EscapedPath() + "?" + query
}
