// Generated from spec/share.json by `npm run spec`: change api/ instead.

export interface paths {
    "/apikey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get APIKeys
         * @description Allows a logged in user to get their current api keys, oldest first.
         */
        get: operations["getApiKeys"];
        put?: never;
        /**
         * Create API Key
         * @description Allows a logged in user to create a API Key. The key is a JWT. It is shown only in this response.
         */
        post: operations["createShareApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/apikey/{apikey_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Single APIKey
         * @description Allows a logged in user to get a single a API Key.
         */
        get: operations["getSingleApiKey"];
        put?: never;
        post?: never;
        /**
         * Delete API Key
         * @description Allows a logged in user to delete a API Key, at once.
         */
        delete: operations["deleteShareApiKey"];
        options?: never;
        head?: never;
        /**
         * Edit API Key
         * @description Allows a logged in user to edit a API Key.
         */
        patch: operations["editApiKey"];
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        APIKey: {
            /**
             * @description A label for the API Key
             * @example Test 1234
             */
            label: string;
            /** @description Whether it never expires. */
            isNever: boolean;
            /**
             * @description ID of the APIKey
             * @example 60902b70b281af121fcda4ce
             */
            _id: string;
            /**
             * @description ID of the user
             * @example 60902b70b281af121fcda4ce
             */
            user: string;
            /** @description SHA-512 of the API key. */
            hash: string;
            /**
             * Format: date-time
             * @description Expiry time. If it never expires: 100 years after its creation.
             * @example 2021-05-03T16:57:20.261Z
             */
            expireAt: string;
            /**
             * Format: date-time
             * @description Creation time.
             * @example 2021-05-03T16:57:20.261Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description Time of the last change.
             * @example 2021-05-03T16:57:20.261Z
             */
            updatedAt: string;
            /** @enum {number} */
            __v: 0;
        };
        Outcome: {
            code: string;
            message: string;
        };
        NewAPIKey: {
            /**
             * @description A label for the API Key. A blank or null value counts as absent.
             * @example Test 123
             */
            label?: string | null;
            /**
             * @description When should the API Key expire: `One Day`, `One Week`, `One Month` (31 days), `One Year` (365 days) or `Never`, or only the unit. Case is ignored. Default: never.
             * @example One Month
             */
            expires?: string;
        };
        APIKeyChange: {
            /**
             * @description A label for the API Key. A blank or null value counts as absent.
             * @example Test 123
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
export type APIKey = components['schemas']['APIKey'];
export type Outcome = components['schemas']['Outcome'];
export type NewAPIKey = components['schemas']['NewAPIKey'];
export type APIKeyChange = components['schemas']['APIKeyChange'];
export type $defs = Record<string, never>;
export interface operations {
    getApiKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "apiKeys": [
                     *         {
                     *           "label": "Test 1234",
                     *           "isNever": true,
                     *           "_id": "60902b70b281af121fcda4ce",
                     *           "user": "60745fe7b57e1a058d849550",
                     *           "hash": "07347bb350de895875ddb2b06186075be3dfd97b4ab7720c25170ff36c65a77b62d592e7ed508fdd1f6c8e59a5ed30e3d3a2ce02069ea8338905744f919e89cc",
                     *           "expireAt": "2121-05-03T16:57:20.000Z",
                     *           "createdAt": "2021-05-03T16:57:20.261Z",
                     *           "updatedAt": "2021-05-03T16:57:20.261Z",
                     *           "__v": 0
                     *         }
                     *       ],
                     *       "total": 1
                     *     }
                     */
                    "application/json": {
                        apiKeys: components["schemas"]["APIKey"][];
                        total: number;
                    };
                };
            };
            /** @description No user is logged in. */
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
                     *       "code": "UNAUTHORIZED",
                     *       "message": "Unauthorized"
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "TOO_MANY_ATTEMPTS",
                     *       "message": "Too Many Attempts."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "SERVER_ERROR",
                     *       "message": "Internal Server Error."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "UNAVAILABLE",
                     *       "message": "Service Unavailable."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
        };
    };
    createShareApiKey: {
        parameters: {
            query?: {
                /** @description A label for the API Key, used if the body has none. A blank value counts as absent. */
                label?: string;
                /** @description When should the API Key expire: `One Day`, `One Week`, `One Month` (31 days), `One Year` (365 days) or `Never`, or only the unit. Case is ignored. Default: never. */
                expires?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["NewAPIKey"];
                "multipart/form-data": components["schemas"]["NewAPIKey"];
                "application/json": components["schemas"]["NewAPIKey"];
            };
        };
        responses: {
            /** @description The new key. */
            201: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "ADDED",
                     *       "message": "Added new API Key",
                     *       "api_key": "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9…"
                     *     }
                     */
                    "application/json": {
                        /** @enum {string} */
                        code: "ADDED";
                        message: string;
                        api_key: string;
                    };
                };
            };
            /** @description A field is invalid, or the policy of the account does not allow the expiry. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "INVALID_EXPIRES",
                     *       "message": "Your API Keys must expire within 90 days: choose an earlier expiry."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description No user is logged in. */
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
                     *       "code": "UNAUTHORIZED",
                     *       "message": "Unauthorized"
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description The account is disabled: its keys are refused, and none can be created. */
            403: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "ACCOUNT_DISABLED",
                     *       "message": "The account is disabled."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description The user has reached their limit of keys. */
            409: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "KEY_LIMIT_REACHED",
                     *       "message": "You have 1000 APIKeys, and may have no more."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "BODY_TOO_LARGE",
                     *       "message": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description The body is neither a form nor JSON. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "UNSUPPORTED_MEDIA_TYPE",
                     *       "message": "Send a form or JSON."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "TOO_MANY_ATTEMPTS",
                     *       "message": "Too Many Attempts."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "SERVER_ERROR",
                     *       "message": "Internal Server Error."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "UNAVAILABLE",
                     *       "message": "Service Unavailable."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
        };
    };
    getSingleApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description ID of the APIKey */
                apikey_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "apiKey": {
                     *         "label": "Test 1234",
                     *         "isNever": true,
                     *         "_id": "60902b70b281af121fcda4ce",
                     *         "user": "60745fe7b57e1a058d849550",
                     *         "hash": "07347bb350de895875ddb2b06186075be3dfd97b4ab7720c25170ff36c65a77b62d592e7ed508fdd1f6c8e59a5ed30e3d3a2ce02069ea8338905744f919e89cc",
                     *         "expireAt": "2121-05-03T16:57:20.000Z",
                     *         "createdAt": "2021-05-03T16:57:20.261Z",
                     *         "updatedAt": "2021-05-03T16:57:20.261Z",
                     *         "__v": 0
                     *       }
                     *     }
                     */
                    "application/json": {
                        apiKey: components["schemas"]["APIKey"];
                    };
                };
            };
            /** @description No user is logged in. */
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
                     *       "code": "UNAUTHORIZED",
                     *       "message": "Unauthorized"
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unknown or malformed. Other users’ keys return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "NOT_FOUND",
                     *       "message": "APIKey not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "TOO_MANY_ATTEMPTS",
                     *       "message": "Too Many Attempts."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "SERVER_ERROR",
                     *       "message": "Internal Server Error."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "UNAVAILABLE",
                     *       "message": "Service Unavailable."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
        };
    };
    deleteShareApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description ID of the APIKey */
                apikey_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "REMOVED",
                     *       "message": "APIKey has been removed"
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description No user is logged in. */
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
                     *       "code": "UNAUTHORIZED",
                     *       "message": "Unauthorized"
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unknown or malformed. Other users’ keys return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "NOT_FOUND",
                     *       "message": "APIKey not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "TOO_MANY_ATTEMPTS",
                     *       "message": "Too Many Attempts."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "SERVER_ERROR",
                     *       "message": "Internal Server Error."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "UNAVAILABLE",
                     *       "message": "Service Unavailable."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
        };
    };
    editApiKey: {
        parameters: {
            query?: {
                /** @description A label for the API Key, used if the body has none. A blank value counts as absent. */
                label?: string;
            };
            header?: never;
            path: {
                /** @description ID of the APIKey */
                apikey_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["APIKeyChange"];
                "multipart/form-data": components["schemas"]["APIKeyChange"];
                "application/json": components["schemas"]["APIKeyChange"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "UPDATED",
                     *       "message": "APIKey has been updated"
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description A field is invalid. */
            400: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "INVALID_LABEL",
                     *       "message": "The label must be a string."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description No user is logged in. */
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
                     *       "code": "UNAUTHORIZED",
                     *       "message": "Unauthorized"
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unknown or malformed. Other users’ keys return 404. */
            404: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "NOT_FOUND",
                     *       "message": "APIKey not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "BODY_TOO_LARGE",
                     *       "message": "The body may have at most 65536 bytes."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description The body is neither a form nor JSON. */
            415: {
                headers: {
                    /** @description Names this request in the logs. It is your own `x-request-id`, if you sent a valid one. */
                    "x-request-id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "UNSUPPORTED_MEDIA_TYPE",
                     *       "message": "Send a form or JSON."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "TOO_MANY_ATTEMPTS",
                     *       "message": "Too Many Attempts."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "SERVER_ERROR",
                     *       "message": "Internal Server Error."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
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
                     *       "code": "UNAVAILABLE",
                     *       "message": "Service Unavailable."
                     *     }
                     */
                    "application/json": components["schemas"]["Outcome"];
                };
            };
        };
    };
}
