variable "subscription_id" {
  description = "The subscription in which the bot itself runs."
  type        = string
}

variable "name" {
  description = "Begins the names of everything that is made here. Key Vault and Redis share their names with the whole world."
  type        = string
  default     = "privatelink-bot"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,17}$", var.name))
    error_message = "3 to 18 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "location" {
  description = "Where the bot runs. The networks may lie elsewhere."
  type        = string
}

variable "tags" {
  description = "On everything that is made here."
  type        = map(string)
  default     = {}
}

variable "image" {
  description = "The image of the three processes, with a tag or digest, e.g. acme.azurecr.io/privatelink-bot:0.2.0."
  type        = string
}

variable "registry" {
  description = "An Azure Container Registry that holds the image: its login server and its resource id. Without it the image is pulled anonymously."
  type        = object({ server = string, id = string })
  default     = null
}

variable "address_space" {
  description = "Of the virtual network that bot and jobs run in; at least a /24. It is peered with nothing."
  type        = string
  default     = "10.250.0.0/24"
}

variable "configuration_file" {
  description = "Path of the configuration file (docs/install.md). It holds no secrets."
  type        = string
}

variable "chats" {
  description = "What the bot serves: slack, slack-socket-mode, teams."
  type        = set(string)
  default     = ["slack"]

  validation {
    condition     = length(var.chats) > 0 && length(setsubtract(var.chats, ["slack", "slack-socket-mode", "teams"])) == 0
    error_message = "Any of slack, slack-socket-mode and teams, and at least one."
  }
}

variable "teams" {
  description = "App id and tenant of the Azure bot; needed where chats has teams."
  type        = object({ app_id = string, tenant_id = string })
  default     = null
}

variable "role_scopes" {
  description = "Resource ids on which the jobs process may work: the resource groups of the networks and of their zones, or their subscriptions."
  type        = set(string)
}

variable "networks" {
  description = <<-EOT
    Where a diagnostics worker runs, by the names of the configuration file. worker_prefix: a free /28 of the VNet, for a subnet that is made for the worker.
    endpoint_subnet: the subnet for the private endpoint by which the worker reaches Redis.
  EOT
  type = map(object({
    resource_group  = string
    location        = string
    vnet            = string
    worker_prefix   = string
    endpoint_subnet = string
  }))
  default = {}
}

variable "redis_sku" {
  description = "Of Azure Managed Redis. The smallest is enough for years: see docs/measured.md."
  type        = string
  default     = "Balanced_B0"
}

variable "start_processes" {
  description = "False for the first run, which makes Key Vault and Redis; true once the secrets are in the vault."
  type        = bool
  default     = false
}
