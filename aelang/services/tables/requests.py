"""Requests, their approvals and logs (REQUESTS 1.1, 1.2, 1.3, 1.8.1, 1.8.3)."""

from aelang.services.declaring import Table

_WITH_VMS = """
    vms   many VmOrTemplate  computed sources_of
"""

REQUESTS: dict[str, Table] = {
    "MiqRequest": Table(
        attributes="""
            String   approval_state description message request_state request_type status type userid
            String   requester_name source_type destination_type cancelation_status initiated_by
            Time     created_on updated_on fulfilled_on
            Integer  requester_id source_id destination_id tenant_id service_order_id parent_id
            Boolean  process
            Hash     options
        """,
        virtual="""
            reason                String   computed
            request_type_display  String   computed
            resource_type         String   computed
            stamped_on            Time     computed
            state                 String   as request_state
            v_allowed_tags        Array    given
            v_approved_by         String   computed
            v_approved_by_email   String   computed
            v_workflow_class      String   given
        """,
        associations="""
            approvers          many User            computed
            destination        one  any             by destination_id
            miq_approvals      many MiqApproval     by miq_request_id
            miq_request        one  MiqRequest      self
            miq_request_tasks  many MiqRequestTask  by miq_request_id
            requester          one  User            by requester_id
            resource           one  MiqRequest      self
            service_order      one  ServiceOrder    by service_order_id
            source             one  any             by source_id
            tenant             one  Tenant          by tenant_id
        """,
        methods="""
            add_tag(category, name)      does
            approve(userid?, reason?)    commands
            authorized?()                reads
            cancel_requested?()          reads
            canceled?()                  reads
            canceling?()                 reads
            ci_type()                    reads
            clear_tag(category?, name?)  does
            deny(userid?, reason?)       commands
            description=(text)           does write_column
            get_classification(category) reads
            get_classifications()        reads
            get_option(key)              reads
            get_option_last(key)         reads
            get_tag(category)            reads
            get_tags()                   reads
            message=(text)               does set_message
            pending()                    commands
            set_message(text)            does
            set_option(key, value)       does
            show_url()                   reads
            user_message=(text)          does
        """,
        named_by="description",
    ),
    "AutomationRequest": Table(
        associations="""
            automation_tasks  many AutomationTask  by miq_request_id
        """,
    ),
    "MiqHostProvisionRequest": Table(
        associations="""
            miq_host_provisions  many MiqHostProvision  by miq_request_id
        """,
    ),
    "MiqProvisionRequest": Table(
        associations="""
            miq_provisions  many MiqProvision  by miq_request_id
            vm_template     one  VmOrTemplate  by source_id
        """,
        methods="""
            check_quota(*)                           reads given
            eligible_clusters()                      reads eligible
            eligible_customization_templates()       reads eligible
            eligible_folders()                       reads eligible
            eligible_hosts()                         reads eligible
            eligible_iso_images()                    reads eligible
            eligible_pxe_images()                    reads eligible
            eligible_pxe_servers()                   reads eligible
            eligible_resource_pools()                reads eligible
            eligible_storages()                      reads eligible
            eligible_windows_images()                reads eligible
            get_folder_paths()                       reads given
            get_retirement_days()                    reads
            set_cluster(record)                      does set_placement
            set_customization_template(record)       does set_placement
            set_dvs(name, portgroup?)                does set_network
            set_folder(path)                         does set_placement
            set_host(record)                         does set_placement
            set_iso_image(record)                    does set_placement
            set_network_adapter(number, settings)    does set_network
            set_network_address_mode(mode)           does set_network
            set_nic_settings(number, settings)       does set_network
            set_pxe_image(record)                    does set_placement
            set_pxe_server(record)                   does set_placement
            set_resource_pool(record)                does set_placement
            set_storage(record)                      does set_placement
            set_vlan(name)                           does set_network
            set_vm_notes(text)                       does
            set_windows_image(record)                does set_placement
            source_type()                            reads
            src_vm_id()                              reads
            target_type()                            reads
        """,
    ),
    "MiqProvisionRequestTemplate": Table(),
    "MiqRetireRequest": Table(),
    "VmRetireRequest": Table(associations=_WITH_VMS),
    "ServiceRetireRequest": Table(
        associations="""
            services  many Service  computed sources_of
        """,
    ),
    "OrchestrationStackRetireRequest": Table(),
    "ServiceReconfigureRequest": Table(
        associations="""
            service_reconfigure_tasks  many ServiceReconfigureTask  by miq_request_id
        """,
    ),
    "ServiceTemplateProvisionRequest": Table(
        associations="""
            service_template                  one  ServiceTemplate               by source_id
            service_template_provision_tasks  many ServiceTemplateProvisionTask  by miq_request_id
        """,
        methods="""
            dialog_options()               reads
            get_dialog_option(key)         reads
            set_dialog_option(key, value)  does
        """,
    ),
    "VmMigrateRequest": Table(associations=_WITH_VMS),
    "VmReconfigureRequest": Table(associations=_WITH_VMS),
    "VmCloudReconfigureRequest": Table(associations=_WITH_VMS),
    "MiqApproval": Table(
        attributes="""
            String   description state reason stamper_name approver_type approver_name
            Integer  miq_request_id stamper_id approver_id
            Time     stamped_on created_on updated_on
        """,
        associations="""
            approver     one any         by approver_id
            miq_request  one MiqRequest  by miq_request_id
            stamper      one User        by stamper_id
        """,
        methods="""
            approve(userid?, reason?)  commands
            deny(userid?, reason?)     commands
        """,
        named_by="description",
    ),
    "RequestLog": Table(
        attributes="""
            Integer  resource_id
            String   severity message
            Time     created_at
        """,
        associations="""
            resource  one MiqRequest  by resource_id
        """,
    ),
}
