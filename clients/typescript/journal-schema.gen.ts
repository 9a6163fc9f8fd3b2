// Generated from spec/journal.json by `npm run spec`: change api/ instead.

export interface paths {
    "/api/settings/api": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the list of API keys in the account
         * @description This endpoint gets the list of API keys in the account. The API key is not returned in the response, since it's only returned when creating a new API key. This call is not paginated, since there should not be too many API keys in the account.
         */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Create a new API key
         * @description This endpoint creates a new API key. It will return the API key in the response. This will be the only time you will see the API key, so please save it in a secure location.
         */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/settings/api/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an API key
         * @description This endpoint gets an API key.
         */
        get: operations["getApiKey"];
        put?: never;
        post?: never;
        /**
         * Delete an API key
         * @description This endpoint deletes an API key, at once.
         */
        delete: operations["deleteApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ApiKey: {
            /**
             * @description The object type. Always 'api_key'.
             * @enum {string}
             */
            type: "api_key";
            /**
             * @description The ID of the API key.
             * @example 1
             */
            id: string;
            /** @description The attributes of the API key. */
            attributes: {
                /**
                 * @description The name of the API key.
                 * @example Mobile app
                 */
                name: string;
                /** @description The API key. Null, except when it was just created. */
                token: string | null;
                /** @description When the API key was last used, in Unix timestamp format; 'Never' before. */
                last_used_at: "Never" | number;
                /**
                 * @description When the object was created, in Unix timestamp format.
                 * @example 1748813205
                 */
                created_at: number;
                /**
                 * @description When the object was last updated, in Unix timestamp format.
                 * @example 1748813205
                 */
                updated_at: number;
            };
            /** @description The links of the API key. */
            links: {
                /** @description The URL of the API key. */
                self: string;
            };
        };
        Message: {
            message: string;
            status?: number;
        };
        Invalid: {
            message: string;
            errors: {
                [key: string]: string[];
            };
        };
        NewApiKey: {
            /**
             * @description The name of the API key. Maximum 255 characters.
             * @example Mobile app
             */
            name?: string;
            /**
             * @deprecated
             * @description The older name of `name`, used if `name` is absent. A blank or null value counts as absent.
             */
            label?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type ApiKey = components['schemas']['ApiKey'];
export type Message = components['schemas']['Message'];
export type Invalid = components['schemas']['Invalid'];
export type NewApiKey = components['schemas']['NewApiKey'];
export type $defs = Record<string, never>;
export interface operations {
    listApiKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every API key of the account, by ID. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "type": "api_key",
                     *           "id": "1",
                     *           "attributes": {
                     *             "name": "Mobile app",
                     *             "token": null,
                     *             "last_used_at": "Never",
                     *             "created_at": 1748813205,
                     *             "updated_at": 1748813205
                     *           },
                     *           "links": {
                     *             "self": "https://j.codingcat12.net/api/settings/api/1"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["ApiKey"][];
                    };
                };
            };
            /** @description The credential is missing or invalid. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Unauthenticated."
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The API key lacks the scope. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "This action is unauthorized.",
                     *       "status": 403
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Too many calls. */
            429: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Too Many Attempts."
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Internal error. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Server Error",
                     *       "status": 500
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Temporarily unavailable. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Service Unavailable",
                     *       "status": 503
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
        };
    };
    createApiKey: {
        parameters: {
            query?: {
                /** @description The name of the API key. Maximum 255 characters. A name in the body takes precedence. A blank value counts as absent. */
                name?: string;
                /** @description The older name of `name`, used if `name` is absent. A blank or null value counts as absent. */
                label?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NewApiKey"] | unknown[];
                "application/x-www-form-urlencoded": components["schemas"]["NewApiKey"];
                "multipart/form-data": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            /** @description The new API key, with its token. */
            201: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "type": "api_key",
                     *           "id": "1",
                     *           "attributes": {
                     *             "name": "Mobile app",
                     *             "token": "lk_3fYqWm0JX2tL8bRvKcN5aZ7dHs9uEpG41oMZ2f",
                     *             "last_used_at": "Never",
                     *             "created_at": 1748813205,
                     *             "updated_at": 1748813205
                     *           },
                     *           "links": {
                     *             "self": "https://j.codingcat12.net/api/settings/api/1"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["ApiKey"][];
                    };
                };
            };
            /** @description The credential is missing or invalid. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Unauthenticated."
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The API key lacks the scope, the account is disabled, or the policy of the account does not allow what is created here: an API key that never expires and can manage API keys. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "API keys created here never expire, which the policy of the account does not allow.",
                     *       "status": 403
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The account has reached its limit of API keys. */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "The account has 1000 API keys, and may have no more.",
                     *       "status": 409
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The body is larger than 64 KiB. */
            413: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "The body may have at most 65536 bytes.",
                     *       "status": 413
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The body is neither JSON nor a form. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Send the name as a form, as JSON or in the query.",
                     *       "status": 415
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The name is missing, too long or not a string. */
            422: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "The name field is required.",
                     *       "errors": {
                     *         "name": [
                     *           "The name field is required."
                     *         ]
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Invalid"];
                };
            };
            /** @description Too many calls. */
            429: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Too Many Attempts."
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Internal error. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Server Error",
                     *       "status": 500
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Temporarily unavailable. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Service Unavailable",
                     *       "status": 503
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
        };
    };
    getApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The ID of the API key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The API key. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "type": "api_key",
                     *           "id": "1",
                     *           "attributes": {
                     *             "name": "Mobile app",
                     *             "token": null,
                     *             "last_used_at": "Never",
                     *             "created_at": 1748813205,
                     *             "updated_at": 1748813205
                     *           },
                     *           "links": {
                     *             "self": "https://j.codingcat12.net/api/settings/api/1"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["ApiKey"][];
                    };
                };
            };
            /** @description The credential is missing or invalid. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Unauthenticated."
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The API key lacks the scope. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "This action is unauthorized.",
                     *       "status": 403
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Unknown or malformed. Other accounts’ keys return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "API key not found",
                     *       "status": 404
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Too many calls. */
            429: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Too Many Attempts."
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Internal error. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Server Error",
                     *       "status": 500
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Temporarily unavailable. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Service Unavailable",
                     *       "status": 503
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
        };
    };
    deleteApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The ID of the API key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. No response body. */
            204: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credential is missing or invalid. */
            401: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Unauthenticated."
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The API key lacks the scope. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "This action is unauthorized.",
                     *       "status": 403
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Unknown or malformed. Other accounts’ keys return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "API key not found",
                     *       "status": 404
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Too many calls. */
            429: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Too Many Attempts."
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Internal error. */
            500: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Server Error",
                     *       "status": 500
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Temporarily unavailable. */
            503: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    "Retry-After": number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "message": "Service Unavailable",
                     *       "status": 503
                     *     }
                     */
                    "application/json": components["schemas"]["Message"];
                };
            };
        };
    };
}
